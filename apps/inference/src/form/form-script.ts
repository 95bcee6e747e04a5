/**
 * What the page that asks for a key runs. The key is sent as a header of each request, never as part of an address or a
 * form, and is kept in the tab's sessionStorage only. Pages that come back are put in place of the one that is shown.
 */
export const formScript = `"use strict";
(() => {
  const STORE = "millrace-key";
  const by = (id) => document.getElementById(id);

  async function ask(url, options) {
    const headers = { accept: "text/html", "x-api-key": sessionStorage.getItem(STORE) };
    const response = await fetch(url, { ...options, headers, credentials: "omit", cache: "no-store" });
    const text = await response.text();
    if (response.status !== 401 && /html/.test(response.headers.get("content-type"))) return { page: text };
    if (response.status !== 401) return { problem: sentence(text) };
    sessionStorage.removeItem(STORE);
    return { problem: "This is no valid key." };
  }

  function sentence(text) {
    try {
      const { detail, remedy } = JSON.parse(text);
      return [detail, remedy].filter(Boolean).join(" ");
    } catch {
      return "The service can't answer now.";
    }
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    document.title = page.title;
    document.querySelector("style").replaceWith(document.adoptNode(page.querySelector("style")));
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.querySelector("main").append(forgetButton());
    const place = document.querySelector("[role=status], [role=alert], h1");
    place.tabIndex = -1;
    place.focus();
  }

  function forgetButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Forget the key";
    button.addEventListener("click", () => {
      sessionStorage.removeItem(STORE);
      location.reload();
    });
    return button;
  }

  function askForKey(problem) {
    by("sign-in").hidden = false;
    by("key-problem").textContent = problem;
    by("key").value = "";
    by("key").focus();
  }

  async function enter() {
    const { page, problem } = await ask(location.href).catch(() => ({ problem: "The service can't be reached." }));
    if (page === undefined) askForKey(problem);
    else show(page);
  }

  async function send(form) {
    const sent = { method: "POST", body: new URLSearchParams(new FormData(form)) };
    const { page, problem } = await ask(form.action, sent).catch(() => ({ problem: "The service can't be reached." }));
    if (page !== undefined) return show(page);
    if (sessionStorage.getItem(STORE) === null) return location.reload();
    tell(form, problem);
  }

  function tell(form, problem) {
    document.querySelector("[role=status], [role=alert]")?.remove();
    const place = document.createElement("p");
    place.setAttribute("role", "alert");
    place.className = "error";
    place.textContent = problem;
    form.before(place);
  }

  document.addEventListener("submit", (event) => {
    event.preventDefault();
    if (by("key") === null) return void send(event.target);
    const key = by("key").value.trim();
    if (!/^[ -~]+$/.test(key)) return askForKey("This is no valid key.");
    sessionStorage.setItem(STORE, key);
    void enter();
  });
  if (sessionStorage.getItem(STORE) === null) askForKey("");
  else void enter();
})();
`;
