// The legend and the scale: on the page and, from the same entries, on the printed map.

import type { Map } from "maplibre-gl";
import { byId, make } from "./dom";
import { type Swatch, swatch } from "./shapes";
import { length } from "./words";

export interface Entry {
  swatch: Swatch;
  title: string;
}

export interface Part {
  title: string;
  entries: Entry[];
}

export function showLegend(parts: Part[]): void {
  const box = byId("map-legend");
  box.hidden = !parts.length;
  box.replaceChildren(
    ...parts.map((part) => {
      const entries = part.entries.map((entry) => make("span", {}, swatch(entry.swatch), entry.title));
      return make("div", { class: "legend-part" }, make("b", {}, part.title), ...entries);
    }),
  );
}

export interface Scale {
  pixels: number;
  metres: number;
}

// The longest round distance that takes no more than so many pixels at the middle of the map.
export function scaleOf(map: Map, pixels: number): Scale {
  const middle = map.getContainer().clientHeight / 2;
  const west = map.unproject([0, middle]);
  const east = map.unproject([100, middle]);
  const perPixel = west.distanceTo(east) / 100;
  const longest = perPixel * pixels;
  const power = 10 ** Math.floor(Math.log10(longest));
  const metres = [5, 2, 1].map((unit) => unit * power).find((round) => round <= longest) ?? power;
  return { pixels: metres / perPixel, metres };
}

export function showScale(map: Map): void {
  const scale = scaleOf(map, 82);
  const svg = byId<SVGElement>("map-scale");
  const words = length(scale.metres);
  svg.setAttribute("aria-label", words);
  svg.querySelector("path")?.setAttribute("d", `M1 9v5h${scale.pixels.toFixed(1)}V9`);
  const text = svg.querySelector("text");
  text?.setAttribute("x", (scale.pixels + 6).toFixed(1));
  if (text) text.textContent = words;
}
