// For curators, and comfort alone: without it every link opens its page and every form leads to one.
"use strict";

async function panels(address, given) {
  const response = await fetch(address, given);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.querySelectorAll("main .panel:not([data-asks])");
  return found.length ? found : page.querySelectorAll("main > *");
}

// A link's page is shown below what it is about, and closed by a second press.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-below]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  link.closest("details.more")?.removeAttribute("open");
  const place = link.closest(".tools, form.judge");
  const open = place.nextElementSibling?.matches(".below") ? place.nextElementSibling : null;
  if (open) open.remove();
  if (open?.dataset.from === link.href) return link.setAttribute("aria-expanded", "false");
  const below = document.createElement("section");
  below.className = "below";
  below.dataset.from = link.href;
  below.setAttribute("aria-label", link.textContent.trim());
  below.tabIndex = -1;
  const shown = await panels(link.href).catch(() => null);
  if (!shown) return location.assign(link.href); // which tells what is wrong
  below.append(...shown);
  place.after(below);
  link.setAttribute("aria-expanded", "true");
  below.focus();
});

// What a form leads to takes its place: the rest of the page stays where it is.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-in-place]")) return;
  event.preventDefault();
  const data = new URLSearchParams(new FormData(form));
  const shown = await panels(form.action, { method: "POST", body: data }).catch(() => null);
  if (!shown) return form.submit(); // which tells what is wrong
  const below = form.nextElementSibling?.matches(".below") ? form.nextElementSibling : form.closest(".below");
  const place = below ?? document.createElement("section");
  place.className = "below";
  place.tabIndex = -1;
  if (!below) form.after(place);
  place.replaceChildren(...shown);
  place.focus();
});

// An edit is checked a moment after the last key.
const edit = document.querySelector("form[data-check]");
if (edit) {
  let waiting = 0;
  let asked = 0;
  edit.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const data = new URLSearchParams(new FormData(edit));
      data.set("step", "check");
      const mine = ++asked;
      const response = await fetch(edit.action, { method: "POST", body: data }).catch(() => null);
      if (!response) return; // it is checked again when it is sent
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = page.getElementById("problems");
      if (found && mine === asked) document.getElementById("problems").replaceChildren(...found.childNodes);
    }, 400);
  });
}
