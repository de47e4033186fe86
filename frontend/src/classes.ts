// Classes of a register's field: colour, words, and the expression that tells which a thing is in.

import { token } from "./dom";
import type { Field, Layer } from "./told";
import { figure, say, year } from "./words";

export interface Class {
  key: string;
  title: string;
  color: string;
  count: number | null;
  test: unknown[];
}

const SHOWN_AT_MOST = 5; // more colours than these nobody tells apart; the rest is "others"

export function classesOf(layer: Layer, by: string): Class[] {
  const field = layer.fields.find((one) => one.name === by);
  if (!field) return [];
  const told = field.kind === "listed" ? listed(field) : numbered(field);
  const unknown = (layer.count ?? 0) - field.known;
  if (unknown > 0) {
    told.push({
      key: "?", title: say("unknown"), color: token("map-unknown-line"), count: unknown,
      test: ["!", ["has", by]],
    });
  }
  return told;
}

function listed(field: Field): Class[] {
  const values = field.values ?? [];
  const get = ["to-string", ["get", field.name]];
  const found: Class[] = values.slice(0, SHOWN_AT_MOST).map((value, place) => ({
    key: value.id, title: value.title, color: value.colour || token(`chart-${place + 1}`),
    count: value.count,
    test: ["all", ["has", field.name], ["==", get, value.id]],
  }));
  const rest = values.slice(SHOWN_AT_MOST);
  if (rest.length) {
    const ids = rest.map((value) => value.id);
    found.push({
      key: "*", title: say("others"), color: token("chart-past"),
      count: rest.reduce((sum, value) => sum + value.count, 0),
      test: ["all", ["has", field.name], ["in", get, ["literal", ids]]],
    });
  }
  return found;
}

function numbered(field: Field): Class[] {
  const edges = [null, ...(field.breaks ?? []), null];
  const write = field.name.includes("year") ? year : (value: number) => figure(value);
  const get = ["to-number", ["get", field.name]];
  return edges.slice(0, -1).map((low, place) => {
    const high = edges[place + 1];
    const ends = [["has", field.name]];
    if (low !== null) ends.push([">=", get, low] as never);
    if (high !== null) ends.push(["<", get, high] as never);
    const title = low === null && high === null ? field.title
      : low === null ? `＜${write(high as number)}`
      : high === null ? `≥${write(low)}` : `${write(low)}–${write(high)}`;
    return {
      key: String(place), title: `${title}${field.unit ? ` ${field.unit}` : ""}`,
      color: token(`seq-${Math.min(7, place + 2)}`), count: null, test: ["all", ...ends],
    };
  });
}

export function colourOf(classes: Class[], plain: string): unknown {
  if (!classes.length) return plain;
  return ["case", ...classes.flatMap((one) => [one.test, one.color]), plain];
}

export function shownOf(classes: Class[], hidden: string[]): unknown[] {
  const gone = classes.filter((one) => hidden.includes(one.key)).map((one) => one.test);
  return gone.length ? ["!", ["any", ...gone]] : ["literal", true];
}
