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
  const words = document.createElement("p");
  words.className = "said";
  words.dir = "auto";
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
    if (response.status === 429 || response.status === 403) return notice(await response.text());
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

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!thread || form.getAttribute("action") !== "/say") return;
  event.preventDefault();
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
