import { html, page } from "@millrace/pages";

/** Where the script of the page lies; anybody may have it. */
export const FORM_SCRIPT = "/form.js";
/** Says in the query that the browser is to ask for the key itself. */
const BY_BROWSER = "key=browser";

const formPage = /^\/(models\/[^/?]+\/form\/?)?(\?|$)/;

/** The page that asks a person for a key, in place of a form that is shown to nobody without one. */
export function signInFor(url: string): string | undefined {
  return formPage.test(url) && !url.includes(BY_BROWSER) ? signInPage : undefined;
}

const style = `
#sign-in{max-width:24rem}label{display:block;font-weight:600}
input{box-sizing:border-box;width:100%;font:inherit;padding:.4rem;margin:.2rem 0}button{font:inherit;padding:.5rem 1.5rem;margin-top:.5rem}`;

/** Says nothing of the models. Its field is shown by the script: without one the key would be sent as nobody wants it. */
const signInPage = page(
  "A key is needed",
  html`<div id="sign-in" hidden>
      <p>This page is for callers with a key of Millrace.</p>
      <form method="post">
        <label for="key">Key</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          required
          aria-describedby="key-hint"
        />
        <span id="key-hint" class="quiet">It is kept for this tab only, and forgotten when the tab is closed.</span>
        <p id="key-problem" class="error" role="alert"></p>
        <button type="submit">Go on</button>
      </form>
    </div>
    <noscript>
      <p>
        <a href="?${BY_BROWSER}">Let the browser ask for the key</a>: it is the password, and the name may be anything.
      </p>
    </noscript>
    <script src="${FORM_SCRIPT}" defer></script>`,
  style,
);
