// Builds web/static/vendor from node_modules: run `npm ci --ignore-scripts && npm run build` here, then commit the result.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { webDarkTheme, webLightTheme } from "@fluentui/tokens";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "..", "static", "vendor");

const ICONS = [
  "arrow_clockwise", "arrow_down_right", "arrow_download", "arrow_left", "arrow_right", "arrow_sort_down",
  "arrow_sort_up", "arrow_up_right", "building", "calendar", "calendar_clock", "call", "checkmark_circle", "chevron_down",
  "chevron_left", "chevron_right", "clipboard_task", "dark_theme", "data_trending", "dismiss", "filter", "heart_pulse",
  "eye_off", "flow", "handshake", "hourglass", "info", "keyboard", "lightbulb", "local_language", "lock_closed", "mail",
  "money", "open", "people", "people_community", "people_search", "people_team", "person", "person_add",
  "person_prohibited", "person_swap", "search", "send", "sign_out", "warning", "weather_moon", "weather_sunny",
  "add", "arrow_down", "arrow_undo", "arrow_up", "column_triple", "delete", "home", "more_horizontal", "navigation", "sparkle",
  "star", "star_off", "target_arrow",
];

// For systems without Segoe UI, which the pages ask for first.
const FONTS = ["open-sans-latin-wght-normal.woff2", "open-sans-latin-ext-wght-normal.woff2"];

const PACKAGES = [
  { name: "htmx.org", licence: "0BSD", licence_file: "LICENSE", files: ["htmx.min.js"] },
  { name: "echarts", licence: "Apache-2.0", licence_file: "LICENSE", notice_file: "NOTICE", files: ["echarts.js"] },
  { name: "zrender", licence: "BSD-3-Clause", licence_file: "LICENSE", files: ["echarts.js"] },
  { name: "cytoscape", licence: "MIT", licence_file: "LICENSE", files: ["cytoscape.js"] },
  { name: "tslib", licence: "0BSD", licence_file: "LICENSE.txt", files: ["echarts.js"] },
  { name: "@fluentui/tokens", licence: "MIT", licence_file: "LICENSE", files: ["tokens.css"] },
  { name: "@fluentui/svg-icons", licence: "MIT", files: ["icons.svg"] },
  { name: "@fontsource-variable/open-sans", licence: "OFL-1.1", licence_file: "LICENSE", files: FONTS },
];

function block(selector, theme, scheme) {
  const lines = Object.entries(theme).map(([name, value]) => `--${name}:${value};`);
  return `${selector}{color-scheme:${scheme};${lines.join("")}}\n`;
}

/** Light everywhere; dark when asked for, or when the system asks and the reader did not choose. */
function tokens() {
  const changed = Object.fromEntries(Object.entries(webDarkTheme).filter(([name, value]) => webLightTheme[name] !== value));
  return (
    "/* Generated from @fluentui/tokens by web/assets/build.mjs. */\n" +
    block(":root", webLightTheme, "light") +
    block(':root[data-theme="dark"]', changed, "dark") +
    `@media (prefers-color-scheme: dark){${block(":root:not([data-theme])", changed, "dark")}}\n`
  );
}

function sprite() {
  const symbols = ICONS.map((name) => {
    const source = readFileSync(join(modules, "@fluentui/svg-icons/icons", `${name}_20_regular.svg`), "utf8");
    const body = source.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/ fill="#[0-9a-fA-F]+"/g, "");
    return `<symbol id="${name}" viewBox="0 0 20 20">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "licences"), { recursive: true });

for (const name of ["echarts", "cytoscape"]) {
  await build({
    entryPoints: [join(here, `${name}.entry.js`)],
    outfile: join(target, `${name}.js`),
    bundle: true, minify: true, format: "esm", target: "es2020", legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"', __DEV__: "false" },
  });
}
copyFileSync(join(modules, "htmx.org/dist/htmx.min.js"), join(target, "htmx.min.js"));
for (const font of FONTS) copyFileSync(join(modules, "@fontsource-variable/open-sans/files", font), join(target, font));
writeFileSync(join(target, "tokens.css"), tokens());
writeFileSync(join(target, "icons.svg"), sprite());

for (const { name, licence_file, notice_file } of PACKAGES) {
  const plain = name.replace("@", "").replace("/", "-");
  if (licence_file) copyFileSync(join(modules, name, licence_file), join(target, "licences", `${plain}.txt`));
  if (notice_file) copyFileSync(join(modules, name, notice_file), join(target, "licences", `${plain}-NOTICE.txt`));
}
copyFileSync(join(here, "fluentui-svg-icons-licence.txt"), join(target, "licences", "fluentui-svg-icons.txt"));

const files = readdirSync(target, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(target.length + 1))
  .sort();
const manifest = {
  packages: PACKAGES.map(({ name, licence, files: made }) => ({
    name, version: JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version, licence, files: made,
  })),
  files: files.map((path) => {
    const body = readFileSync(join(target, path));
    return { path, bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") };
  }),
};
writeFileSync(join(target, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
