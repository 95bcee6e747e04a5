import { html, type Markup } from "./markup.js";
import { style } from "./style.js";

/** A whole page that needs nothing beside it; `more` is style of its own. */
export const page = (title: string, body: Markup, more = ""): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ markup: style + more }}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.markup;
