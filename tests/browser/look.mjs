// TOOLS FOLDER -> what a reader of the HTML edition in FOLDER sees, scene by scene, as one JSON object.
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [tools, folder] = process.argv.slice(2);
const puppeteer = createRequire(path.join(tools, "npm", "package.json"))("puppeteer-core");
const address = (name) => pathToFileURL(path.join(folder, name)).href;
const seen = {};
const asked = [];
const complaints = [];

async function open(browser, name, { width = 1280, height = 900, scheme = "light", script = true } = {}) {
  const page = await browser.newPage();
  page.on("request", (request) => asked.push(request.url()));
  page.on("requestfailed", (request) => complaints.push(`not loaded: ${request.url()}`));
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && complaints.push(message.text()));
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(address(name), { waitUntil: "load" });
  return page;
}

const here = (page) => path.basename(new URL(page.url()).pathname) + new URL(page.url()).hash;
const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const follow = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

const scenes = {
  // from the first page to the last by "next", and back one
  async turning(browser) {
    const page = await open(browser, "index.html", { script: false });
    const way = [];
    await follow(page, ".begin a");
    for (;;) {
      way.push(here(page));
      if (way.length > 20 || !(await page.$("a.next"))) break;
      await follow(page, "a.next");
    }
    await follow(page, "a.prev");
    way.push(here(page));
    await follow(page, "a.up");
    way.push(here(page));
    await page.close();
    return way;
  },

  async notes(browser) {
    const page = await open(browser, "arrival.html", { height: 500, script: false });
    await page.click("#arrival\\.noteref-2");
    const there = here(page);
    const shown = await page.$eval("#arrival\\.note-2", (note) => {
      const box = note.getBoundingClientRect();
      return box.top >= 0 && box.bottom <= innerHeight;
    });
    await page.click("#arrival\\.note-2 [role=doc-backlink]");
    const back = here(page);
    await page.close();
    return { there, shown, back };
  },

  // the first press of Tab offers to skip; Enter then moves the focus to the text
  async keyboard(browser) {
    const page = await open(browser, "arrival.html");
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => {
      const box = document.activeElement.getBoundingClientRect();
      return { text: document.activeElement.textContent, visible: box.left >= 0 && box.top >= 0 && box.width > 0 };
    });
    await page.keyboard.press("Enter");
    const focus = await page.evaluate(() => document.activeElement.id);
    await page.close();
    return { ...first, focus };
  },

  async schemes(browser) {
    const colours = {};
    for (const scheme of ["light", "dark"]) {
      const page = await open(browser, "arrival.html", { scheme });
      colours[scheme] = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        return [style.backgroundColor, style.color].map((colour) => Number(/\d+/.exec(colour)[0]));
      });
      await page.close();
    }
    return colours;
  },

  // how many characters fit on a line of text
  async measure(browser) {
    const found = {};
    for (const width of [390, 1280, 2200]) {
      const page = await open(browser, "arrival.html", { width });
      found[width] = await page.$eval("#arrival\\.p-1", (paragraph) => {
        const sample = document.createElement("span");
        sample.textContent = "the winter on the rock lasted from october to the middle of may";
        sample.style.whiteSpace = "nowrap";
        paragraph.append(" ", sample);
        return paragraph.clientWidth / (sample.getBoundingClientRect().width / sample.textContent.length);
      });
      await page.close();
    }
    return found;
  },

  // WCAG 1.4.10, 1.4.4 and 1.4.12: a narrow window, large type, generous spacing
  async reflow(browser) {
    const found = {};
    for (const name of ["index.html", "arrival.html", "ben-answers.html", "timeline.html", "copyright-page.html"]) {
      const page = await open(browser, name, { width: 320 });
      found[name] = [await overflow(page)];
      await page.addStyleTag({
        content: "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }",
      });
      found[name].push(await overflow(page));
      await page.close();
      const large = await open(browser, name, { width: 640 });
      await large.addStyleTag({ content: "html { font-size: 200% !important }" });
      found[name].push(await overflow(large));
      await large.close();
    }
    return found;
  },

  // WCAG 2.5.8, without its exception for links in a sentence: notes' calls are what people miss
  async targets(browser) {
    const small = [];
    for (const name of ["index.html", "arrival.html", "ben-answers.html"]) {
      const page = await open(browser, name, { width: 390 });
      small.push(
        ...(await page.$$eval(".noteref, [role=doc-backlink], nav a, .site a, .begin a", (links) =>
          links
            .map((link) => [link.textContent.trim(), link.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24)
            .map(([text, box]) => `${text}: ${Math.round(box.width)} x ${Math.round(box.height)}`),
        )),
      );
      await page.close();
    }
    return small;
  },

  async paper(browser) {
    const page = await open(browser, "arrival.html", { scheme: "dark" });
    await page.emulateMediaType("print");
    const found = await page.evaluate(() => ({
      hidden: [".skip", "header.site", "footer.site"].every(
        (part) => getComputedStyle(document.querySelector(part)).display === "none",
      ),
      ink: getComputedStyle(document.documentElement).color,
    }));
    const pdf = await page.pdf();
    await page.close();
    return { ...found, printed: pdf.length > 5000 };
  },
};

const browser = await puppeteer.launch({ executablePath: path.join(tools, "chromium"), headless: true });
try {
  for (const [name, scene] of Object.entries(scenes)) seen[name] = await scene(browser);
} finally {
  await browser.close();
}
seen.elsewhere = asked.filter((url) => !url.startsWith("file:") && !url.startsWith("data:"));
seen.complaints = complaints;
process.stdout.write(JSON.stringify(seen));
