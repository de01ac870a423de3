// The playground: what is typed is analyzed at once. Texts of users and plugins become text nodes, never markup.

const TYPING_PAUSE_MS = 30;
const LIST_PAUSE_MS = 1000;

const $ = (id) => document.getElementById(id);

/** An element with attributes and children; a child that is a string becomes text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** The services as they were last listed, by name. */
let services = new Map();
let chosen = null;
/** The language of the example that stands in the text field, if it says one. */
let exampleLanguage = null;
let running = null;
let typing = null;

// ---- The list of services ----

async function list() {
  try {
    const listed = await (await fetch("/v1/services")).json();
    const serving = listed.filter((service) => service.name);
    const shape = (all) => JSON.stringify(all.map((s) => [s.name, s.state, s.sha256, s.url]));
    const changed = shape(serving) !== shape([...services.values()]);
    const before = chosen && services.get(chosen)?.sha256;
    services = new Map(serving.map((service) => [service.name, service]));
    if (changed) showServices();
    if (chosen && services.get(chosen)?.sha256 !== before) choose(chosen, true);
  } catch {
    // The gateway may be restarting; the next look tells.
  }
  setTimeout(list, LIST_PAUSE_MS);
}

function showServices() {
  const focused = document.activeElement?.name === "service" && document.activeElement.value;
  const items = [...services.values()].map((service) => {
    const radio = element("input", { type: "radio", name: "service", value: service.name, checked: service.name === chosen });
    radio.addEventListener("change", () => choose(service.name));
    const label = element("label", { className: service.state === "serving" ? "" : "not-serving" }, radio, ` ${service.name}`);
    label.title = service.state;
    return label;
  });
  $("services").replaceChildren($("services").querySelector("legend"), ...items);
  if (focused) document.querySelector(`input[name=service][value="${CSS.escape(focused)}"]`)?.focus();
  if (!services.has(chosen)) choose(services.keys().next().value ?? null);
}

function choose(name, swapped = false) {
  const other = swapped || name !== chosen;
  chosen = name;
  const service = services.get(name);
  const radio = document.querySelector(`input[name=service][value="${CSS.escape(name ?? "")}"]`);
  if (radio) radio.checked = true;
  $("summary").textContent = service ? (service.summary ?? service.url ?? "") : "";
  const examples = (service?.examples ?? []).map((example) => {
    const button = element("button", { type: "button", dir: "auto" }, example.text);
    button.addEventListener("click", () => {
      $("text").value = example.text;
      exampleLanguage = example.language ?? null;
      showSettings(service.settings ?? []);
      setSettings(example.settings ?? {});
      analyze();
    });
    return button;
  });
  $("examples").replaceChildren(...examples);
  if (other) showSettings(service?.settings ?? []);
  if (!$("text").value && service?.examples?.length) {
    $("text").value = service.examples[0].text;
    exampleLanguage = service.examples[0].language ?? null;
  }
  analyze();
}

// ---- Settings ----

function showSettings(settings) {
  const fields = settings.map((setting) => {
    const attributes = { name: setting.name, title: setting.summary };
    const given = setting.default === undefined ? "" : JSON.stringify(setting.default);
    const shown = setting.kind === "text" ? (setting.default ?? "") : given;
    let field;
    if (setting.kind === "boolean") field = element("input", { ...attributes, type: "checkbox", checked: setting.default === true });
    else if (setting.kind === "text" && setting.choices) {
      field = element("select", attributes, ...setting.choices.map((choice) => element("option", { value: choice }, choice)));
      field.value = shown;
    } else field = element("input", { ...attributes, type: "text", value: shown });
    field.dataset.kind = setting.kind;
    field.addEventListener("input", analyzeSoon);
    return element("label", {}, `${setting.name} `, field);
  });
  $("settings").replaceChildren($("settings").querySelector("legend"), ...fields);
  $("settings").hidden = fields.length === 0;
}

const settingFields = () => [...$("settings").querySelectorAll("input, select")];

function setSettings(values) {
  for (const field of settingFields()) {
    if (!(field.name in values)) continue;
    const value = values[field.name];
    if (field.dataset.kind === "boolean") field.checked = value;
    else field.value = field.dataset.kind === "text" ? value : JSON.stringify(value);
  }
}

function givenSettings() {
  const given = {};
  for (const field of settingFields()) {
    if (field.dataset.kind === "boolean") given[field.name] = field.checked;
    else if (field.dataset.kind === "text") given[field.name] = field.value;
    else if (field.value.trim() !== "") {
      try {
        given[field.name] = JSON.parse(field.value);
      } catch {
        // The gateway says what it should have been.
        given[field.name] = field.value;
      }
    }
  }
  return given;
}

// ---- Analysis ----

function analyzeSoon() {
  clearTimeout(typing);
  typing = setTimeout(analyze, TYPING_PAUSE_MS);
}

function request(offsets) {
  const settings = givenSettings();
  const service = Object.keys(settings).length ? { name: chosen, settings } : chosen;
  const asked = { text: $("text").value, services: [service] };
  if ($("any-language").checked) asked.language = "any";
  else if (exampleLanguage) asked.language = exampleLanguage;
  return offsets ? { ...asked, offsets } : asked;
}

async function analyze() {
  clearTimeout(typing);
  running?.abort();
  if (!chosen) return;
  running = new AbortController();
  const { signal } = running;
  showCurl();
  // Strings here count UTF-16 units.
  const asked = request("utf16");
  const headers = { "content-type": "application/json" };
  try {
    const begin = performance.now();
    const response = await fetch("/v1/analyze", { method: "POST", headers, body: JSON.stringify(asked), signal });
    const answer = await response.json();
    if (!signal.aborted) show(asked.text, answer, performance.now() - begin);
  } catch (error) {
    if (error.name !== "AbortError") showProblem("The gateway does not answer.");
  }
}

function show(text, answer, milliseconds) {
  $("json").textContent = JSON.stringify(answer, null, 2);
  const result = answer.results?.[0];
  const answered = result?.services?.[chosen];
  const problem = answer.detail ?? result?.problem?.detail ?? answered?.problem?.detail;
  if (problem || !answered) return showProblem(problem ?? "There is no answer.");
  $("problem").hidden = true;
  $("analysis").hidden = false;
  showAnalysis(text, answered.analysis);
  const facts = [];
  if (result.language) facts.push(`language ${result.language}`);
  if (answered.usage) facts.push(`${answered.usage.run_us} µs in the analyzer`);
  facts.push(`${milliseconds.toFixed(0)} ms in all`);
  $("facts").textContent = facts.join(" · ");
}

function showProblem(sentence) {
  $("problem").textContent = sentence;
  $("problem").hidden = false;
  $("analysis").hidden = true;
}

/** A list of spans over the text that was sent. */
const areSpans = (value) => Array.isArray(value) && value.length > 0 && value.every((item) => item && typeof item === "object" && "start" in item);

function showAnalysis(text, analysis) {
  // A registered URL may answer anything.
  const { result, spans, layers, labels, measures } = analysis && typeof analysis === "object" ? analysis : { result: analysis };
  const texts = [];
  if (areSpans(result)) texts.push(["", result]);
  if (areSpans(spans)) texts.push(["", spans]);
  for (const [name, layer] of Object.entries(layers ?? {})) if (layer && !layer.over && areSpans(layer.spans)) texts.push([name, layer.spans]);
  $("result").textContent = areSpans(result) ? `${result.length} found` : summarize(result);
  $("layers").replaceChildren(
    ...texts.flatMap(([name, found]) => [...(name ? [element("h3", {}, name)] : []), highlighted(text, found)]),
  );
  const groups = Object.values(analysis?.label_groups ?? {}).map((group) => group ?? {});
  const bars = [labels ?? {}, ...groups].flatMap((group) => Object.entries(group)).map(([label, score]) =>
    element("div", {}, element("span", {}, label),
      element("meter", { min: 0, max: 1, value: typeof score === "number" ? score : 0, title: label }),
      element("span", {}, typeof score === "number" ? score.toFixed(3) : "–")));
  $("labels").replaceChildren(...bars);
  const rows = Object.entries(measures ?? {}).map(([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, String(value))));
  $("measures").replaceChildren(...rows);
}

function summarize(result) {
  if (result === undefined || result === null) return "–";
  if (typeof result === "string") return result;
  if (Array.isArray(result) && result.every((item) => typeof item === "string")) return result.join(", ") || "none";
  return JSON.stringify(result);
}

/** The text with its spans marked. Where spans overlap or nest, the innermost colours a piece. */
function highlighted(text, spans) {
  const cuts = [...new Set([0, text.length, ...spans.flatMap((span) => [span.start, span.end])])].sort((a, b) => a - b);
  const output = element("p", { className: "text", dir: "auto" });
  // Spans come sorted by their start: those that cover a piece are among the open ones.
  let open = [];
  let next = 0;
  cuts.slice(0, -1).forEach((start, index) => {
    const end = cuts[index + 1];
    open = open.filter((span) => span.end > start);
    while (next < spans.length && spans[next].start <= start) open.push(spans[next++]);
    open = open.filter((span) => span.end > start);
    const piece = text.slice(start, end);
    const inner = open.at(-1);
    if (!inner) return output.append(piece);
    const mark = element("mark", { title: open.map(described).join("\n") }, piece);
    if (inner.end === end) mark.dataset.label = inner.label ?? "";
    mark.style.setProperty("--hue", hue(inner.label ?? ""));
    output.append(mark);
  });
  return output;
}

const described = (span) => [span.label ?? "", typeof span.score === "number" ? span.score.toFixed(2) : ""].join(" ").trim();

/** A colour that a label always has. */
function hue(label) {
  let hash = 0;
  for (const character of label) hash = (hash * 31 + character.codePointAt(0)) % 3600;
  return (hash * 137.5) % 360;
}

// ---- The same with curl ----

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function showCurl() {
  const url = new URL("/v1/analyze", location.href);
  $("curl").textContent = `curl ${url} -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(request()))}`;
}

$("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText($("curl").textContent);
    $("copy").textContent = "Copied";
  } catch {
    getSelection().selectAllChildren($("curl"));
    $("copy").textContent = "Selected";
  }
  setTimeout(() => ($("copy").textContent = "Copy"), 1500);
});

$("text").addEventListener("input", () => {
  exampleLanguage = null;
  analyzeSoon();
});
$("any-language").addEventListener("change", analyze);
list();
