// Shows how far it is while something is under way, and then the whole page.
"use strict";

const progress = document.getElementById("under-way");

async function look() {
  try {
    const response = await fetch(location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = page.getElementById("under-way");
    if (!now) return location.reload();
    progress.replaceChildren(...now.childNodes);
  } catch {
    // The next look may succeed.
  }
  setTimeout(look, 1000);
}

if (progress) setTimeout(look, 1000);
