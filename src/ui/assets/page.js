// Keeps the lists fresh and tells of new leads. What a link said leaves the address bar first of all.
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
const keyOf = (link) => `${link.dataset.list} ${link.dataset.num}`;
const links = () => [...lists.querySelectorAll("[data-num]")];
// What stood there when the page came is not new.
const known = new Set(links().map(keyOf));
let shown = lists.innerHTML;

function toast(link) {
  const note = document.createElement("a");
  note.className = "toast";
  note.href = link.href;
  const what = link.dataset.list === "waiting" ? "Waits for a qualifier: " : "New lead: ";
  note.textContent = what + link.querySelector("b").textContent;
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}

async function refresh() {
  try {
    const answer = await fetch(lists.dataset.src, { cache: "no-store" });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    document.body.classList.toggle("offline", !answer.ok);
    const text = answer.ok ? await answer.text() : shown;
    if (text !== shown) {
      shown = text;
      lists.innerHTML = text;
      for (const link of links()) {
        if (!known.has(keyOf(link))) {
          known.add(keyOf(link));
          toast(link);
        }
      }
    }
  } catch {
    document.body.classList.add("offline");
  }
  setTimeout(refresh, EVERY_MS);
}

setTimeout(refresh, EVERY_MS);
