export { escaped, html, type Markup } from "./markup.js";
export { style } from "./style.js";
export { page } from "./page.js";
