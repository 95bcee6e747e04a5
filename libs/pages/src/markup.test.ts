import { escaped, html } from "./markup.js";

describe("markup", () => {
  it("escapes whatever is put in, in texts as in attributes", () => {
    const name = `<img src=x onerror="alert('1')">&`;
    expect(html`<p title="${name}">${name}</p>`.markup).toBe(`<p title="${escaped(name)}">${escaped(name)}</p>`);
    expect(escaped(name)).toBe("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
  });

  it("puts markup into markup as it is, also in lists, and leaves out what is not there", () => {
    const words = ["a", "<b>"].map((text) => html`(${text})`);
    expect(html`${words}${undefined}!`.markup).toBe("(a)(&lt;b&gt;)!");
  });
});
