// Takes new messages in without losing what is open, and copies codes and links.
const list = document.querySelector("main");

async function look() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  const known = new Map([...list.querySelectorAll("article")].map((card) => [card.dataset.id, card]));
  const ids = (of) => [...of.querySelectorAll("article")].map((card) => card.dataset.id).join();
  if (ids(fresh) === ids(list)) return;
  for (const card of fresh.querySelectorAll("article")) {
    const own = known.get(card.dataset.id);
    if (own) card.replaceWith(own);
  }
  list.replaceChildren(...fresh.childNodes);
}

list.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
});

setInterval(look, 1000);
