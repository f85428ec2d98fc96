// Comfort, nothing else: every form works without this file. With it the conversation goes on in place.
"use strict";

document.documentElement.classList.add("script");

const thread = document.getElementById("thread");
const ask = document.getElementById("ask");
const state = document.getElementById("state");

function nonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function tell(text) {
  if (state) state.textContent = text;
}

// What was said stands there at once; the reply follows.
function begin(said) {
  const section = document.createElement("div");
  section.className = "exchange waiting";
  const words = document.createElement("p");
  words.className = "said";
  words.textContent = said;
  const reply = document.createElement("article");
  reply.className = "reply";
  section.append(words, reply);
  thread.append(section);
  section.scrollIntoView({ block: "nearest" });
  return section;
}

function end(waiting, html) {
  const drawn = new DOMParser().parseFromString(html, "text/html").querySelector(".exchange");
  if (!drawn) throw new Error("no exchange");
  if (drawn.querySelector("[data-forgets]")) {
    for (const forgotten of thread.querySelectorAll(".exchange:not(.waiting)")) forgotten.remove();
  }
  for (const earlier of thread.querySelectorAll("#latest")) {
    earlier.removeAttribute("id");
    earlier.classList.add("past");
  }
  waiting.replaceWith(drawn);
  return drawn;
}

// Why a message was not taken in.
function notice(html) {
  const parts = new DOMParser().parseFromString(html, "text/html").querySelectorAll(".notice h1, .notice .remedy");
  return Array.from(parts, (part) => part.textContent.trim().replace(/([^.])$/, "$1.")).join(" ");
}

let busy = false;

async function send(form, button) {
  const data = new FormData(form);
  if (button && button.name) data.append(button.name, button.value);
  data.set("nonce", nonce());
  const said = data.get("text") || (button && button.textContent.trim()) || "";
  const typed = form === ask;
  if (!data.get("command") && !String(said).trim()) return;
  busy = true;
  tell("");
  const waiting = begin(said);
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(data),
      headers: { "X-Part": "exchange" },
    });
    if (response.status === 429) { // what was typed stays in the box
      waiting.remove();
      tell(notice(await response.text()));
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const drawn = end(waiting, await response.text());
    if (typed) {
      form.reset();
      grow();
    } else {
      drawn.querySelector(".headline")?.focus({ preventScroll: true });
    }
    drawn.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  } catch {
    waiting.remove();
    tell("That did not get through. Load the page again, and send it once more.");
  } finally {
    busy = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!thread || form.getAttribute("action") !== "/say") return;
  if (!thread.children.length) return; // the welcome gives way to a page with the conversation
  event.preventDefault();
  if (!busy) send(form, event.submitter);
});

// --- the question box: Enter sends, Shift and Enter begins a line; it grows with what is in it

const box = document.getElementById("text");

function grow() {
  if (!box || CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

if (box) {
  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    ask.requestSubmit(ask.querySelector("button"));
  });
}

// --- copying and printing

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom).textContent;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed by this browser";
  }
  setTimeout(() => { button.textContent = label; }, 2000);
});

document.getElementById("print")?.addEventListener("click", () => window.print());
