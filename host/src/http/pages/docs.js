// The reference: the gateway's OpenAPI document, as a page.

const reference = document.getElementById("reference");

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const nameOf = (schema) => schema.$ref.split("/").at(-1);

/** A schema in a few words, with links to those that have names. */
function type(schema) {
  if (!schema) return ["anything"];
  if (schema.$ref) return [element("a", { href: `#${nameOf(schema)}` }, nameOf(schema))];
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.flatMap((choice, place) => (place ? [" or ", ...type(choice)] : type(choice)));
  if (schema.allOf) return schema.allOf.flatMap((part, place) => (place ? [" and ", ...type(part)] : type(part)));
  if (schema.enum) return [schema.enum.map((value) => JSON.stringify(value)).join(" or ")];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.type === "array") return ["list of ", ...type(schema.items)];
  const values = schema.additionalProperties;
  if (values && typeof values === "object") return ["object of ", ...type(values)];
  const kinds = [schema.type ?? "anything"].flat().join(" or ");
  return [schema.format ? `${kinds} (${schema.format})` : kinds];
}

function members(schema) {
  const parts = [schema, ...(schema.allOf ?? [])];
  const properties = parts.flatMap((part) => Object.entries(part.properties ?? {}));
  if (!properties.length) return [element("p", {}, ...type({ ...schema, description: undefined }))];
  const required = new Set(parts.flatMap((part) => part.required ?? []));
  const rows = properties.map(([name, property]) =>
    element("tr", {}, element("th", { scope: "row" }, element("code", {}, name), required.has(name) ? "" : " ?"),
      element("td", {}, ...type(property)), element("td", {}, property.description ?? "")));
  return [element("table", {}, ...rows)];
}

function content(holder) {
  return Object.entries(holder?.content ?? {}).flatMap(([media, { schema }]) => [" ", element("code", {}, media), ": ", ...type(schema)]);
}

function operation(path, method, described) {
  const responses = Object.entries(described.responses ?? {}).map(([status, response]) =>
    element("tr", {}, element("th", { scope: "row" }, status), element("td", {}, response.description, ...content(response))));
  const parameters = (described.parameters ?? []).map((parameter) =>
    element("tr", {}, element("th", { scope: "row" }, element("code", {}, parameter.name)),
      element("td", {}, ...type(parameter.schema)), element("td", {}, parameter.description ?? "")));
  const body = described.requestBody ? [element("p", {}, "Body:", ...content(described.requestBody))] : [];
  const example = Object.values(described.requestBody?.content ?? {})[0]?.example;
  const shown = example === undefined ? [] : [element("pre", { tabindex: "0" }, typeof example === "string" ? example : JSON.stringify(example, null, 2))];
  return element("section", {},
    element("h2", {}, element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path)),
    element("p", {}, described.summary ?? ""), element("p", {}, described.description ?? ""),
    ...(parameters.length ? [element("table", {}, ...parameters)] : []), ...body, ...shown,
    element("table", {}, ...responses));
}

try {
  const api = await (await fetch("/openapi.json")).json();
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operation(path, method, described)));
  const schemas = Object.entries(api.components?.schemas ?? {}).map(([name, schema]) =>
    element("section", { id: name }, element("h3", {}, name), element("p", {}, schema.description ?? ""), ...members(schema)));
  reference.replaceChildren(element("p", {}, api.info.description ?? ""), ...operations, element("h2", {}, "Shapes"), ...schemas);
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
} catch {
  reference.replaceChildren(element("p", { role: "alert" }, "The gateway does not answer."));
}
