// The lists around the preview's conversation: channels, posts, events, pins, the menus of
// messages, and the time of the simulated server.
const SIGNS = { text: "#", news: "📣", forum: "🗂️", voice: "🔊", stage: "🎙️" };
const REACTIONS = [["🔖", "Save"], ["⭐", "Favourite"], ["✅", "Read"], ["📌", "Add to shelf"]];
const WAITS = [["+1 hour", 1], ["+1 day", 24], ["+1 week", 168]];
const capability = location.hash.slice(1);
let scene = null;
let busy = false;

const seen = JSON.parse(sessionStorage.getItem("demo-seen") || "null");
const known = seen || {};

function make(tag, className, text, pressed) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  if (pressed) {
    element.type = "button";
    element.addEventListener("click", pressed);
  }
  return element;
}

async function ask(name, given = {}) {
  const response = await fetch(`/demo/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Simcord-Capability": capability },
    body: JSON.stringify(given),
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

const viewer = () => document.getElementById("viewer-picker")?.value || null;
const rail = make("nav", "demo-rail");
rail.setAttribute("aria-label", "Channels");
const panel = make("section", "demo-panel");
panel.hidden = true;
const opener = make("button", "toolbar-button demo-open", "☰ Channels", () => rail.classList.toggle("demo-shown"));
document.body.prepend(rail);
document.body.append(panel);
const toolbar = document.getElementById("toolbar");
toolbar.prepend(opener);
toolbar.append(make("button", "toolbar-button demo-pins", "📌 Pins", showPins));

async function go(name, given, said) {
  if (busy) return;
  busy = true;
  document.body.dataset.demoBusy = "true";
  status.textContent = said;
  try {
    await ask(name, { viewer: viewer(), ...given });
    sessionStorage.setItem("demo-viewer", viewer() || "");
    location.reload();
  } catch (error) {
    status.textContent = "That did not work. Try again, or reload the page.";
    busy = false;
    delete document.body.dataset.demoBusy;
  }
}
const open = (place) => go("open", { place }, "Opening…");

const status = make("p", "demo-said");
status.setAttribute("role", "status");

function entry(item, label, pressed) {
  const button = make("button", "", label, pressed);
  button.dataset.place = item.id;
  button.title = label;
  if (item.id === scene.place) {
    button.setAttribute("aria-current", "page");
    known[item.id] = item.last;
  } else if ((known[item.id] || "0") !== (item.last || "0")) {
    button.classList.add("demo-new");
  }
  const line = make("li");
  line.append(button);
  return line;
}

function draw() {
  const focused = document.activeElement?.dataset?.place;
  rail.replaceChildren(make("h1", "", scene.server), make("p", "demo-time", scene.now));
  const waits = make("div", "demo-waits");
  for (const [label, hours] of WAITS) {
    waits.append(make("button", "", label, () => go("wait", { hours }, `Letting time pass: ${label}…`)));
  }
  rail.append(waits, status);
  const events = make("ul");
  events.append(entry({ id: "events", last: String(scene.events.length) }, `📅 Events: ${scene.events.length}`, () => { known.events = String(scene.events.length); showEvents(); }));
  rail.append(events, make("h2", "", "Channels"));
  const channels = make("ul");
  for (const channel of scene.channels) {
    const label = `${SIGNS[channel.kind]} ${channel.name}`;
    if (channel.kind === "voice" || channel.kind === "stage") {
      channels.append(make("li", "demo-fixed", label));
      continue;
    }
    const line = entry(channel, label, () => channel.kind === "forum" ? showPosts(channel) : open(channel.id));
    if (channel.posts.includes(scene.place)) line.firstChild.setAttribute("aria-current", "true");
    const threads = make("ul");
    for (const thread of channel.threads) threads.append(entry(thread, `↳ ${thread.name}`, () => open(thread.id)));
    if (channel.threads.length) line.append(threads);
    channels.append(line);
  }
  rail.append(channels, make("h2", "", "Direct messages"));
  const people = make("ul");
  for (const person of scene.people) people.append(entry(person, `@ ${person.name}`, () => open(person.id)));
  rail.append(people);
  sessionStorage.setItem("demo-seen", JSON.stringify(known));
  if (focused) rail.querySelector(`[data-place="${focused}"]`)?.focus();
}

function show(title, cards, empty) {
  rail.classList.remove("demo-shown");
  const header = make("header");
  header.append(make("h1", "", title), make("button", "", "Close", () => { panel.hidden = true; }));
  panel.replaceChildren(header, ...(cards.length ? cards : [make("p", "", empty)]));
  panel.hidden = false;
  header.lastChild.focus();
}

async function showPosts(forum) {
  const posts = await ask("posts", { place: forum.id });
  known[forum.id] = forum.last;
  show(`🗂️ ${forum.name}`, posts.map((post) => {
    const card = make("button", "demo-card", undefined, () => open(post.id));
    for (const tag of post.tags) card.append(make("span", "demo-tag", tag));
    card.append(make("strong", "", post.name), make("span", "", post.text), make("small", "", `\n💬 ${post.messages}`));
    return card;
  }), "No posts yet. To get one, run /feed add as Ada and choose this forum, then /feed post-now.");
}

function showEvents() {
  show("📅 Events", scene.events.map((event) => {
    const card = make("article", "demo-card");
    card.append(
      make("small", "", `${event.on ? "Now · " : ""}${event.when}\n`), make("strong", "", event.name),
      make("span", "", `📍 ${event.where}\n${event.text}\n`),
      make("button", "demo-act", "Delete event", () => go("cancel", { event: event.id }, "Deleting…")),
    );
    return card;
  }), "No events. A journal club makes one when its paper is chosen: /club create.");
}

async function showPins() {
  const pins = await ask("pins", { place: scene.place });
  show("📌 Pinned messages", pins.map((pin) => make("article", "demo-card", pin.text)), "Nothing is pinned here.");
}

let menu = null;
function closeMenu() {
  menu?.remove();
  menu = null;
}

function showMenu(button, items) {
  closeMenu();
  menu = make("div", "demo-menu");
  menu.setAttribute("role", "menu");
  for (const [label, pressed] of items) {
    const item = make("button", "", label, () => { closeMenu(); pressed(); });
    item.setAttribute("role", "menuitem");
    menu.append(item);
  }
  document.body.append(menu);
  const at = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(at.bottom, innerHeight - menu.offsetHeight - 8))}px`;
  menu.firstChild.focus();
}

// The preview draws its messages again at each change.
function addMenus() {
  for (const message of document.querySelectorAll("#channel-message-list > article")) {
    const tools = message.querySelector(".message-context-actions");
    if (!tools || tools.querySelector(".demo-apps")) continue;
    const id = message.dataset.messageId;
    const react = make("button", "demo-apps", "☺", () => showMenu(react, REACTIONS.map(
      ([emoji, what]) => [`${emoji} ${what}`, () => go("react", { emoji, message: id }, `${what}…`)])));
    react.setAttribute("aria-label", "React");
    react.title = "React";
    const button = make("button", "demo-apps", "Apps ▸", () => showMenu(button, scene.menus.map(
      (name) => [name, () => go("menu", { name, message: id }, `${name}…`)])));
    tools.append(react, button);
  }
  for (const id of scene?.published || []) {
    const header = document.querySelector(`#channel-message-list > article[data-message-id="${id}"] header`);
    if (header && !header.querySelector(".demo-published")) header.append(make("span", "demo-published", "Published"));
  }
  for (const line of document.querySelectorAll("#channel-message-list .thread-summary:not([role])")) {
    const id = line.closest("article")?.dataset.messageId;
    line.setAttribute("role", "button");
    line.tabIndex = 0;
    line.style.cursor = "pointer";
    line.addEventListener("click", () => open(id));
    line.addEventListener("keydown", (event) => { if (event.key === "Enter") open(id); });
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (menu) closeMenu();
  else if (!panel.hidden) panel.hidden = true;
  else rail.classList.remove("demo-shown");
});
// Links to the simulated server's own places open here, and not on the real Discord.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="https://discord.com/channels/"]');
  if (!link || !scene) return;
  event.preventDefault();
  const [, channel, message] = new URL(link.href).pathname.split("/").slice(2);
  const forum = scene.channels.find((each) => each.id === channel && each.kind === "forum");
  if (forum) showPosts(forum);
  else if (channel !== scene.place) open(channel);
  else document.querySelector(`[data-message-id="${message}"]`)?.scrollIntoView();
}, true);
document.addEventListener("click", (event) => {
  if (menu && !menu.contains(event.target) && !event.target.closest(".demo-apps")) closeMenu();
});
new MutationObserver(addMenus).observe(document.getElementById("channel-message-list"), { childList: true, subtree: true });

// As on Discord, the answer to what a person sends or presses comes into view.
const latest = document.getElementById("new-messages");
let acted = 0;
for (const kind of ["click", "keydown"]) {
  document.addEventListener(kind, (event) => {
    if (kind === "click" ? event.target.closest?.("#send-message, .component-button, dialog button, [role=dialog] button") : event.key === "Enter") acted = Date.now();
  }, true);
}
new MutationObserver(() => {
  const line = document.getElementById("channel-timeline");
  if (!latest.hidden && Date.now() - acted < 8000) line.scrollTo(0, line.scrollHeight);
}).observe(latest, { attributes: true, attributeFilter: ["hidden"] });

async function refresh() {
  try {
    const next = await ask("overview");
    if (JSON.stringify(next) !== JSON.stringify(scene)) {
      if (!scene && !seen) for (const each of [...next.channels, ...next.channels.flatMap((c) => c.threads), ...next.people]) known[each.id] = each.last;
      scene = next;
      if (!("events" in known)) known.events = String(scene.events.length);
      draw();
      addMenus();
    }
    document.body.dataset.demoReady = "true";
  } catch (error) {
    // The demo has ended or opens another place: the preview says so.
  }
  setTimeout(refresh, 1500);
}
refresh();
