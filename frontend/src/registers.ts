// Register layers on the map: sources, drawing by class, filters by zone.

import type { ExpressionSpecification, FilterSpecification, LayerSpecification, Map } from "maplibre-gl";
import { type Class, classesOf, colourOf, shownOf } from "./classes";
import { token } from "./dom";
import { ABOVE_FILLS, ABOVE_LINES, ABOVE_THINGS, fonts, STOREY_METRES } from "./ground";
import type { Open } from "./state";
import type { Layer } from "./told";

const KINDS = ["fill", "walls", "line", "point", "depth"] as const;
type Kind = (typeof KINDS)[number];
const TYPES: Record<Kind, string> = {
  fill: "Polygon", walls: "Polygon", line: "LineString", point: "Point", depth: "LineString",
};

export function layerId(register: string, kind: Kind): string {
  return `r-${register}-${kind}`;
}

export function drawnIds(registers: Open[]): string[] {
  return registers.flatMap((one) => KINDS.filter((kind) => kind !== "depth").map((kind) => layerId(one.id, kind)));
}

export function withinZone(zone: string): unknown[] {
  if (!zone) return ["literal", true];
  const held = ["county", "subdistrict", "community"].map((level) => ["==", ["get", level], zone]);
  return ["any", ...held];
}

export class Registers {
  constructor(
    private readonly map: Map,
    private readonly tiles: (archive: string) => string,
  ) {}

  classes(layer: Layer, open: Open): Class[] {
    return classesOf(layer, open.by);
  }

  show(layer: Layer, open: Open, zone: string, three: boolean): void {
    const source = `r-${layer.id}`;
    if (!this.map.getSource(source)) {
      this.map.addSource(source, { type: "vector", url: this.tiles(layer.archive) });
    }
    for (const kind of this.kinds(layer)) {
      const id = layerId(layer.id, kind);
      if (!this.map.getLayer(id)) this.map.addLayer(this.drawing(layer, kind, source), this.below(kind));
    }
    this.paint(layer, open, zone, three);
  }

  hide(id: string): void {
    for (const kind of KINDS) {
      if (this.map.getLayer(layerId(id, kind))) this.map.removeLayer(layerId(id, kind));
    }
    if (this.map.getSource(`r-${id}`)) this.map.removeSource(`r-${id}`);
  }

  paint(layer: Layer, open: Open, zone: string, three: boolean): void {
    const classes = this.classes(layer, open);
    const color = colourOf(classes, token("chart-1")) as ExpressionSpecification;
    const shown = ["all", withinZone(zone), shownOf(classes, open.hidden)];
    const properties: Record<string, string> = {
      fill: "fill-color", walls: "fill-extrusion-color", line: "line-color", point: "circle-color",
    };
    for (const kind of this.kinds(layer)) {
      const id = layerId(layer.id, kind);
      const is = ["==", ["geometry-type"], TYPES[kind]];
      const more = kind === "walls" ? [["has", "storeys"]] : kind === "depth" ? [["has", "depth_m"]] : [];
      this.map.setFilter(id, ["all", is, ...more, shown] as unknown as FilterSpecification);
      if (properties[kind]) this.map.setPaintProperty(id, properties[kind], color);
      if (kind === "walls") this.map.setLayoutProperty(id, "visibility", three ? "visible" : "none");
    }
  }

  private kinds(layer: Layer): Kind[] {
    const has = (name: string) => layer.fields.some((field) => field.name === name);
    return KINDS.filter(
      (kind) =>
        (kind !== "walls" || (layer.id === "buildings" && has("storeys"))) &&
        (kind !== "depth" || has("depth_m")) &&
        (kind !== "fill" || layer.dimension === 2),
    );
  }

  private below(kind: Kind): string | undefined {
    return { fill: ABOVE_FILLS, walls: ABOVE_FILLS, line: ABOVE_LINES, point: ABOVE_THINGS, depth: undefined }[kind];
  }

  private drawing(layer: Layer, kind: Kind, source: string): LayerSpecification {
    const common = { id: layerId(layer.id, kind), source, "source-layer": layer.id, minzoom: layer.from_zoom };
    const byZoom = (...stops: number[]) => ["interpolate", ["linear"], ["zoom"], ...stops];
    const told: Record<Kind, object> = {
      fill: { type: "fill", paint: { "fill-opacity": 0.6, "fill-outline-color": token("map-edge") } },
      walls: {
        type: "fill-extrusion",
        paint: { "fill-extrusion-height": ["*", STOREY_METRES, ["get", "storeys"]], "fill-extrusion-opacity": 0.95 },
      },
      line: {
        type: "line", layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-width": byZoom(9, 1, 14, 2.6, 18, 7) },
      },
      point: {
        type: "circle",
        paint: {
          "circle-radius": byZoom(9, 2, 13, 4, 17, 7), "circle-stroke-width": 1.2,
          "circle-stroke-color": token("surface"),
        },
      },
      depth: {
        type: "symbol", minzoom: 14,
        layout: {
          "symbol-placement": "line", "text-size": 11, "text-font": fonts(), "text-offset": [0, -0.9],
          "text-field": this.pipeWords(layer),
        },
        paint: {
          "text-color": token("map-label"), "text-halo-color": token("map-halo"), "text-halo-width": 1.4,
        },
      },
    };
    return { ...common, ...told[kind] } as LayerSpecification;
  }

  // Depth, age and material along a buried pipe, as far as each is known.
  private pipeWords(layer: Layer): unknown {
    const named = (name: string) => layer.fields.find((field) => field.name === name);
    const part = (name: string, before: string, after: string) =>
      named(name) ? ["case", ["has", name], ["concat", before, ["to-string", ["get", name]], after], ""] : "";
    return [
      "concat", part("depth_m", `${named("depth_m")?.title ?? ""} `, " m"),
      part("year", " · ", ""), part("material", " · ", ""), part("diameter_mm", " · DN", ""),
    ];
  }
}
