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
  const welcome = document.querySelector(".welcome");
  if (welcome) welcome.hidden = true;
  const section = document.createElement("div");
  section.className = "exchange waiting";
  const bubble = document.createElement("p");
  bubble.className = "said";
  bubble.dir = "auto";
  const words = document.createElement("span");
  words.className = "words";
  words.textContent = said;
  bubble.append(words);
  const reply = document.createElement("article");
  reply.className = "reply";
  section.append(bubble, reply);
  thread.append(section);
  section.scrollIntoView({ block: "nearest" });
  return section;
}

function end(waiting, html) {
  const drawn = new DOMParser().parseFromString(html, "text/html").querySelector(".exchange");
  if (!drawn) throw new Error("no exchange");
  if (drawn.querySelector("[data-forgets]")) {
    for (const forgotten of thread.querySelectorAll(":scope > :not(.waiting)")) forgotten.remove();
  }
  for (const earlier of thread.querySelectorAll("#latest")) {
    earlier.removeAttribute("id");
    earlier.classList.add("past");
  }
  document.querySelector(".welcome")?.remove();
  document.querySelector(".bar").hidden = false;
  waiting.replaceWith(drawn);
  return drawn;
}

// Why a message was not taken in. Where this browser has started over in another tab, what was said here is over with.
function notice(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.querySelector("[data-token]");
  if (next) {
    for (const input of document.querySelectorAll("input[name=token]")) input.value = next.dataset.token;
    for (const over of thread.querySelectorAll(":scope > :not(.waiting)")) over.remove();
    document.querySelector(".bar").hidden = true;
  }
  const parts = page.querySelectorAll("main h1, .remedy");
  return Array.from(parts, (part) => part.textContent.trim().replace(/([^.])$/, "$1.")).join(" ");
}

// What a message is shown as until its reply is there: what was typed or chosen, or the button's label.
function label(form, button) {
  if (form === ask) return box.value.trim();
  const chosen = Array.from(form.querySelectorAll(".option :checked"), (input) => input.closest(".option").querySelector("span"));
  const named = chosen.length ? chosen : [button.querySelector("span") ?? button];
  return named.map((name) => name.firstChild.textContent.trim()).join(", ");
}

const queue = []; // messages in the order in which they were sent; the first is under way
let busy = false;

async function work() {
  busy = true;
  while (queue.length) {
    const remedy = await send(queue[0]);
    if (remedy) giveBack(queue.splice(0));
    else queue.shift();
    tell(remedy);
  }
  busy = false;
}

// "" once the reply is there; else why it is not, and what to do.
async function send(message) {
  tell("");
  try {
    const response = await fetch("/say", {
      method: "POST",
      body: new URLSearchParams(message.data),
      headers: { "X-Part": "exchange" },
    });
    if ([403, 429, 503].includes(response.status)) return notice(await response.text());
    if (!response.ok) throw new Error(String(response.status));
    const drawn = end(message.waiting, await response.text());
    if (!message.answersReply) box.focus({ preventScroll: true });
    else if (document.activeElement !== box) drawn.querySelector(".headline")?.focus({ preventScroll: true });
    drawn.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    return "";
  } catch {
    return "That did not get through. Load the page again, and send it once more.";
  }
}

// What was typed comes back into the box, before what is being typed there.
function giveBack(messages) {
  for (const message of messages) message.waiting.remove();
  const typed = messages.map((message) => message.data.get("text")).filter(Boolean);
  box.value = [...typed, box.value].filter(Boolean).join("\n");
  grow();
  const welcome = document.querySelector(".welcome");
  if (welcome) welcome.hidden = false;
}

// A vote shows on its button, in place; what can't be shown there is shown as a reply, by the page as a whole.
async function vote(form, button) {
  const after = form.closest(".after");
  const data = new FormData(form);
  data.append(button.name, button.value);
  data.set("nonce", nonce());
  tell("");
  try {
    const response = await fetch("/say", { method: "POST", body: new URLSearchParams(data), headers: { "X-Part": "exchange" } });
    const text = await response.text();
    const drawn = response.ok && new DOMParser().parseFromString(text, "text/html").getElementById(after.id);
    if (!drawn) throw new Error(String(response.status));
    after.replaceWith(drawn);
    (drawn.querySelector(".reasons button") ?? drawn.querySelector("[aria-pressed=true]"))?.focus({ preventScroll: true });
    drawn.scrollIntoView({ block: "nearest" });
  } catch {
    tell("Your vote did not get through. Please try again in a minute.");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!thread || form.getAttribute("action") !== "/say") return;
  event.preventDefault();
  if (form.matches(".votes")) {
    vote(form, button);
    return;
  }
  if (busy && form !== ask) return; // a button pressed twice is one message; what is typed waits its turn
  const said = label(form, button);
  if (!said) return;
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  data.set("nonce", nonce());
  queue.push({ data, waiting: begin(said), answersReply: thread.contains(form) });
  if (form === ask) {
    form.reset();
    grow();
  }
  if (!busy) work();
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
    if (event.shiftKey || event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      ask.requestSubmit(ask.querySelector("button"));
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") recall(event);
  });
}

// --- the arrow keys bring back what was said before, while the box is empty or holds one of these unchanged

let recalled = 0; // how many messages back; 0: none

function recall(event) {
  const said = Array.from(document.querySelectorAll(".said:not([data-hidden]) .words"), (words) => words.textContent);
  const shown = recalled ? said[said.length - recalled] : "";
  if (box.value !== shown) {
    if (box.value) return;
    recalled = 0;
  }
  const next = recalled + (event.key === "ArrowUp" ? 1 : -1);
  if (next < 0 || next > said.length) return;
  event.preventDefault();
  recalled = next;
  box.value = next ? said[said.length - next] : "";
  box.setSelectionRange(box.value.length, box.value.length);
  grow();
}

// --- menus close when something else is pressed, or Escape

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".more[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".more[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// --- copying and printing

async function copy(button) {
  const page = button.dataset.copyPage;
  if (page) {
    const text = fetch(page).then((response) => (response.ok ? response.blob() : Promise.reject(new Error())));
    const plain = text.then((blob) => new Blob([blob], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": plain })]); // Safari wants it at once
  }
  const from = document.getElementById(button.dataset.copyFrom);
  return navigator.clipboard.writeText(from.value ?? from.textContent);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-page], [data-copy-from]");
  if (!button) return;
  const label = button.querySelector(".hidden") ?? button;
  const before = label.textContent;
  try {
    await copy(button);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not allowed by this browser";
  }
  button.dataset.told = label.textContent;
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.told;
  }, 2000);
});

document.getElementById("print")?.addEventListener("click", () => window.print());
