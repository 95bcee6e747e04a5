import { randomUUID } from "node:crypto";
import { openRecentAnswers } from "./recent-answers.js";

describe("the recent answers", () => {
  it("are found by their ids until so many others have come", () => {
    const recent = openRecentAnswers(100);
    const ids = Array.from({ length: 250 }, () => randomUUID());
    ids.forEach((id, index) => recent.note(id, "sides", index, index % 2 === 0 ? "left" : "right"));
    ids.forEach((id, index) =>
      expect(recent.find(id)).toEqual(
        index < 150 ? undefined : { model: "sides", version: index, prediction: index % 2 === 0 ? "left" : "right" },
      ),
    );
    expect(recent.find(randomUUID())).toBeUndefined();
  });

  it("tell ids apart that differ in one sign, wherever it stands", () => {
    const recent = openRecentAnswers(1000);
    const id = randomUUID();
    const others = Array.from(id, (sign, at) => id.slice(0, at) + (sign === "a" ? "b" : "a") + id.slice(at + 1));
    others.forEach((other, version) => recent.note(other, "sides", version, "left"));
    expect(recent.find(id)).toBeUndefined();
    others.forEach((other, version) => expect(recent.find(other)?.version).toBe(version));
    expect(recent.find("p-1")).toBeUndefined();
  });

  it("leave out what was no answer", () => {
    const recent = openRecentAnswers();
    recent.note("p-1", "sides", undefined, "left");
    recent.note("p-2", "sides", 1, undefined);
    expect([recent.find("p-1"), recent.find("p-2")]).toEqual([undefined, undefined]);
  });
});
