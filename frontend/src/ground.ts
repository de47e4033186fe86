// The base map: land, water, parks, streets, roofs and zones in the calm colours of the look.

import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import { token } from "./dom";

const FONT = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"];
const MAIN = ["arterial", "expressway", "motorway"];
const WIDTHS: [string, number][] = [
  ["motorway", 7], ["expressway", 7], ["arterial", 6], ["secondary", 4.5], ["branch", 3],
];
export const STOREY_METRES = 3;
export const ABOVE_ZONES = "rails"; // coloured zones lie under streets, so that names stay readable
export const ABOVE_FILLS = "above-fills"; // of registers, areas lie under lines, and lines under points
export const ABOVE_LINES = "above-lines";
export const ABOVE_THINGS = "zone-lines"; // registers lie under boundaries and names

type Expression = unknown[];

function width(scale: number, more = 0): unknown {
  const by = (factor: number): Expression => [
    "+", more, ["*", factor * scale, ["match", ["get", "class"], ...WIDTHS.flat(), 2]],
  ];
  return ["interpolate", ["exponential", 1.5], ["zoom"], 9, by(0.12), 13, by(0.5), 16, by(2.2), 19, by(9)];
}

const isMain = ["in", ["get", "class"], ["literal", MAIN]];

function lines(): LayerSpecification[] {
  const levels: [string, number, number, number[]][] = [
    ["community", 13.5, 1, [2, 2]], ["subdistrict", 11, 1.2, [4, 2]], ["county", 6, 1.6, [6, 2, 1, 2]],
    ["built_up_area", 9, 1, [1, 2]], ["city", 5, 2, [1, 0]],
  ];
  return levels.map(([level, minzoom, size, dash], place) => ({
    id: place ? `zones-${level}` : ABOVE_THINGS,
    type: "line", source: "base", "source-layer": "zones", minzoom,
    filter: ["==", ["get", "level"], level],
    paint: {
      "line-color": token("map-label"), "line-opacity": 0.4, "line-width": size, "line-dasharray": dash,
    },
  })) as LayerSpecification[];
}

function names(): LayerSpecification[] {
  const halo = { "text-halo-color": token("map-halo"), "text-halo-width": 1.4 };
  const levels: [string, number, number, number][] = [
    ["county", 6, 11.5, 15], ["subdistrict", 11, 13.5, 14], ["community", 13.5, 16, 12.5],
    ["compound", 15.5, 22, 11.5],
  ];
  const zones = levels.map(([level, minzoom, maxzoom, size]) => ({
    id: `names-${level}`, type: "symbol", source: "base", "source-layer": "zone_names", minzoom, maxzoom,
    filter: ["==", ["get", "level"], level],
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": size, "text-max-width": 7 },
    paint: { "text-color": token("map-label"), ...halo },
  }));
  const streets = {
    id: "names-streets", type: "symbol", source: "base", "source-layer": "roads", minzoom: 13.5,
    layout: {
      "symbol-placement": "line", "text-field": ["get", "name"], "text-font": FONT,
      "text-size": 12, "symbol-spacing": 380,
    },
    paint: { "text-color": token("map-label"), ...halo },
  };
  const parks = {
    id: "names-parks", type: "symbol", source: "base", "source-layer": "parks", minzoom: 14,
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-max-width": 7 },
    paint: { "text-color": token("met-text"), ...halo },
  };
  return [streets, parks, ...zones] as LayerSpecification[];
}

export function groundStyle(archive: string): StyleSpecification {
  const fill = (id: string, layer: string, color: string, more: object = {}): unknown => ({
    id, type: "fill", source: "base", "source-layer": layer, paint: { "fill-color": token(color) }, ...more,
  });
  const line = (id: string, layer: string, paint: object, more: object = {}): unknown => ({
    id, type: "line", source: "base", "source-layer": layer,
    layout: { "line-cap": "round", "line-join": "round" }, paint, ...more,
  });
  const faces = { filter: ["==", ["geometry-type"], "Polygon"] };
  const layers = [
    { id: "land", type: "background", paint: { "background-color": token("map-land") } },
    fill("blocks", "land_use", "map-block", { filter: ["!=", ["get", "use"], "green"] }),
    fill("greens", "land_use", "map-park", { filter: ["==", ["get", "use"], "green"] }),
    fill("parks", "parks", "map-park", faces),
    line("park-lines", "parks", { "line-color": token("map-park-line"), "line-width": 1 }),
    fill("water", "water", "map-water", faces),
    line("rivers", "water", {
      "line-color": token("map-water"), "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1, 15, 5],
    }),
    line(ABOVE_ZONES, "railways", { "line-color": token("map-rail"), "line-width": 2.4 }),
    line("rail-ties", "railways", {
      "line-color": token("map-land"), "line-width": 1.4, "line-dasharray": [4, 4],
    }),
    line("street-cases", "roads", {
      "line-color": ["case", isMain, token("map-main-case"), token("map-road-case")],
      "line-width": width(1, 1.4),
    }),
    line("streets", "roads", {
      "line-color": ["case", isMain, token("map-main"), token("map-road")], "line-width": width(1),
    }),
    fill("roofs", "buildings", "map-roof", {
      minzoom: 13,
      paint: { "fill-color": token("map-roof"), "fill-outline-color": token("map-roof-line") },
    }),
    {
      id: "walls", type: "fill-extrusion", source: "base", "source-layer": "buildings", minzoom: 13,
      layout: { visibility: "none" }, filter: ["has", "storeys"],
      paint: {
        "fill-extrusion-color": token("map-wall"), "fill-extrusion-opacity": 0.92,
        "fill-extrusion-height": ["*", STOREY_METRES, ["get", "storeys"]],
        "fill-extrusion-vertical-gradient": true,
      },
    },
    ...[ABOVE_FILLS, ABOVE_LINES].map((id) => ({ id, type: "background", layout: { visibility: "none" } })),
    ...lines(),
    ...names(),
  ];
  return {
    version: 8,
    sources: { base: { type: "vector", url: archive } },
    layers: layers as LayerSpecification[],
  };
}

export function fonts(): string[] {
  return FONT;
}
