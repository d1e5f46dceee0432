// Keeps the lists fresh and tells of what is new in them. What a link said leaves the address bar first of all.
"use strict";

if (location.search) {
  history.replaceState(null, "", document.body.dataset.path);
}

for (const button of document.querySelectorAll("[data-use]")) {
  button.addEventListener("click", () => {
    document.getElementById(button.dataset.for).value = button.dataset.use;
  });
}

const EVERY_MS = 2000;
const SHOWN_MS = 8000;
const lists = document.getElementById("lists");
const toasts = document.getElementById("toasts");
const links = () => [...lists.querySelectorAll("[data-num]")];
const keyOf = ({ dataset }) => `${dataset.list} ${dataset.num} ${dataset.state}`;
const newestOf = (list) =>
  Math.max(0, ...links().filter((link) => link.dataset.list === list).map((link) => Number(link.dataset.came)));

function toast(text, href) {
  const note = document.createElement("a");
  note.className = "toast";
  note.href = href;
  note.textContent = text;
  toasts.append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}

function announce(link) {
  const state = link.dataset.state;
  const what = { waits: "Waits for a qualifier", returned: "Given back", qualified: "Qualified" }[state] || "New lead";
  toast(`${what}: ${link.querySelector("b").textContent}`, link.href);
}

function keepFresh() {
  let shown = lists.innerHTML;
  // What stood there when the page came is not new.
  const known = new Set(links().map(keyOf));
  const newest = { own: newestOf("own"), waiting: newestOf("waiting") };
  const isNew = (link) => !known.has(keyOf(link)) && Number(link.dataset.came) >= newest[link.dataset.list];

  async function refresh() {
    try {
      const answer = await fetch(lists.dataset.src, { cache: "no-store" });
      if (answer.status === 401) {
        // Nothing is reloaded: somebody may be writing.
        document.body.classList.add("offline");
        toast("Your session is over. Log in again in a new tab, then go on here.", "/agent-dashboard");
        return;
      }
      document.body.classList.toggle("offline", !answer.ok);
      const text = answer.ok ? await answer.text() : shown;
      if (text !== shown) {
        shown = text;
        lists.innerHTML = text;
        links().filter(isNew).forEach(announce);
        links().map(keyOf).forEach((key) => known.add(key));
        for (const list of Object.keys(newest)) {
          newest[list] = Math.max(newest[list], newestOf(list));
        }
      }
    } catch {
      document.body.classList.add("offline");
    }
    setTimeout(refresh, EVERY_MS);
  }

  setTimeout(refresh, EVERY_MS);
}

if (lists) {
  keepFresh();
}
