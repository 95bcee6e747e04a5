import { defineService } from "@millrace/service";
import { openJobBoard } from "./job-board.js";
import { train } from "./train.js";

export const trainer = defineService({ name: "trainer", steps: [train], start: openJobBoard });
