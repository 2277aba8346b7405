// FILES -> one line of JSON for each page, width and colour scheme: what axe-core finds, sideways overflow, failed requests.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const tools = path.dirname(fileURLToPath(import.meta.url));
const load = createRequire(path.join(tools, "npm", "package.json"));
const puppeteer = load("puppeteer-core");
const axe = fs.readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [320, 1280]; // 320: WCAG's width for reflow
const SCHEMES = ["light", "dark"];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const OPTIONS = { runOnly: TAGS, resultTypes: ["violations"] };

async function* examine(browser, file) {
  const page = await browser.newPage();
  let problems = [];
  page.on("pageerror", (error) => problems.push(`script error: ${error.message}`));
  page.on("requestfailed", (request) => problems.push(`not loaded: ${request.url().slice(0, 200)}`));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) problems.push(`asks the network: ${request.url().slice(0, 200)}`);
  });
  await page.goto(pathToFileURL(path.resolve(file)).href, { waitUntil: "load" });
  await page.evaluate(axe);
  for (const width of WIDTHS)
    for (const scheme of SCHEMES) {
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const result = await page.evaluate((options) => globalThis.axe.run(document, options), OPTIONS);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      const violations = result.violations.map((found) => ({
        id: found.id,
        help: found.help,
        count: found.nodes.length,
        first: found.nodes[0].target.join(" "),
      }));
      yield { file, width, scheme, violations, overflow, problems };
      problems = [];
    }
  await page.close();
}

// axe reads the rules of stylesheets, which a page from disk may not do by itself; without leave it fetches them again.
const args = ["--allow-file-access-from-files"];
const browser = await puppeteer.launch({ executablePath: path.join(tools, "chromium"), headless: true, args });
try {
  for (const file of process.argv.slice(2))
    for await (const report of examine(browser, file)) process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await browser.close();
}
