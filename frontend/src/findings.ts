// Findings, tasks and edits as points: the status shapes, filtered by indicator, remedy and zone.

import type { FilterSpecification, GeoJSONSource, LayerSpecification, Map } from "maplibre-gl";
import { fetched, token } from "./dom";
import { ABOVE_ZONES } from "./ground";
import { withinZone } from "./registers";
import type { State } from "./state";
import type { Run, Urls } from "./told";

export const FINDINGS = "findings";
export const TASKS = "tasks";
export const EDITED = "edited";
const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export function counted(run: Run | undefined, state: State, remedy: string): number {
  return (run?.findings ?? [])
    .filter((one) => one.remedy === remedy && one.variant === "official")
    .filter((one) => !state.findings || one.indicator === state.findings)
    .reduce((sum, one) => sum + one.count, 0);
}

export function showFindings(map: Map, run: Run | undefined, state: State, url: (a: string) => string): void {
  const archive = state.findings === "-" || !run ? "" : run.archive;
  const source = map.getSource(FINDINGS);
  if (source && source.serialize().url !== (archive && url(archive))) {
    map.removeLayer(FINDINGS);
    map.removeSource(FINDINGS);
  }
  if (!archive) return;
  if (!map.getSource(FINDINGS)) {
    map.addSource(FINDINGS, { type: "vector", url: url(archive) });
    map.addLayer({
      id: FINDINGS, type: "symbol", source: FINDINGS, "source-layer": "findings",
      layout: {
        "icon-image": ["match", ["get", "remedy"], "deadline", "missed", "behind"],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.32, 13, 0.55, 17, 0.9],
        "icon-allow-overlap": true, "icon-ignore-placement": true,
        "symbol-sort-key": ["match", ["get", "remedy"], "deadline", 1, 0],
      },
    });
  }
  const indicator = state.findings ? ["==", ["get", "indicator"], state.findings] : ["literal", true];
  map.setFilter(FINDINGS, [
    "all", ["==", ["get", "variant"], "official"], indicator,
    ["in", ["get", "remedy"], ["literal", state.remedies]], withinZone(state.zone),
  ] as unknown as FilterSpecification);
}

function points(map: Map, id: string, layer: object): void {
  if (map.getSource(id)) return;
  map.addSource(id, { type: "geojson", data: NOTHING });
  map.addLayer({ id, source: id, ...layer } as LayerSpecification);
}

export async function showTasks(map: Map, state: State, urls: Urls): Promise<GeoJSON.FeatureCollection> {
  points(map, TASKS, {
    type: "symbol",
    layout: {
      "icon-image": ["case", ["get", "late"], "late", "track"], "icon-size": 0.75, "icon-allow-overlap": true,
      "icon-offset": [0, -24],
    },
  });
  const data = state.tasks
    ? await fetched<GeoJSON.FeatureCollection>(`${urls.tasks}${state.task ? `?task=${state.task}` : ""}`)
    : NOTHING;
  (map.getSource(TASKS) as GeoJSONSource).setData(data);
  return data;
}

export async function showEdited(map: Map, urls: Urls): Promise<number> {
  const data = await fetched<GeoJSON.FeatureCollection>(urls.edited);
  if (!map.getSource(EDITED)) {
    map.addSource(EDITED, { type: "geojson", data });
    const paint = { "line-color": token("wheat-2") || token("behind-mark"), "line-width": 3, "line-dasharray": [2, 1] };
    map.addLayer({ id: EDITED, source: EDITED, type: "line", paint });
    map.addLayer({
      id: `${EDITED}-points`, source: EDITED, type: "circle", filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 8, "circle-color": "rgba(0,0,0,0)", "circle-stroke-width": 3,
        "circle-stroke-color": token("behind-mark"),
      },
    });
  }
  return data.features.length;
}

export function choose(map: Map, shape: GeoJSON.Geometry | null): void {
  const data: GeoJSON.FeatureCollection = shape
    ? { type: "FeatureCollection", features: [{ type: "Feature", geometry: shape, properties: {} }] }
    : NOTHING;
  if (!map.getSource("chosen")) {
    map.addSource("chosen", { type: "geojson", data });
    map.addLayer({
      id: "chosen-line", source: "chosen", type: "line",
      paint: { "line-color": token("ink-1"), "line-width": 3 },
    });
    map.addLayer({
      id: "chosen-ring", source: "chosen", type: "circle", filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 15, "circle-color": "rgba(0,0,0,0)", "circle-stroke-width": 3,
        "circle-stroke-color": token("brand"),
      },
    });
  }
  (map.getSource("chosen") as GeoJSONSource).setData(data);
}

export const BELOW_STREETS = ABOVE_ZONES;
