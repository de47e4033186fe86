// An indicator zone by zone: coloured by class, the unknown hatched.

import type { ExpressionSpecification, GeoJSONSource, Map } from "maplibre-gl";
import { fetched, token } from "./dom";
import { ABOVE_ZONES } from "./ground";
import type { State } from "./state";
import type { Coloured, Urls } from "./told";

export const ZONES = "coloured";
const HATCHED = "coloured-unknown";

export async function showIndicator(map: Map, state: State, run: string, urls: Urls): Promise<Coloured | null> {
  if (!state.indicator || !run) {
    for (const id of [ZONES, HATCHED, `${ZONES}-line`]) if (map.getLayer(id)) map.removeLayer(id);
    if (map.getSource(ZONES)) map.removeSource(ZONES);
    return null;
  }
  const query = new URLSearchParams({
    run, indicator: state.indicator, variant: state.variant || "official", level: state.level,
  });
  const told = await fetched<Coloured>(`${urls.indicator}?${query}`);
  const data: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: told.features };
  if (map.getSource(ZONES)) {
    (map.getSource(ZONES) as GeoJSONSource).setData(data);
    return told;
  }
  map.addSource(ZONES, { type: "geojson", data });
  const ranks = [1, 2, 3, 4, 5, 6, 7].flatMap((rank) => [rank, token(`seq-${rank}`)]);
  map.addLayer({
    id: ZONES, source: ZONES, type: "fill", filter: [">", ["get", "rank"], 0],
    paint: {
      "fill-color": ["match", ["get", "rank"], ...ranks, token("map-unknown")] as unknown as ExpressionSpecification,
      "fill-opacity": 0.72,
    },
  }, ABOVE_ZONES);
  map.addLayer({
    id: HATCHED, source: ZONES, type: "fill", filter: ["==", ["get", "rank"], 0],
    paint: { "fill-pattern": "hatch", "fill-opacity": 0.8 },
  }, ABOVE_ZONES);
  map.addLayer({
    id: `${ZONES}-line`, source: ZONES, type: "line",
    paint: { "line-color": token("map-edge"), "line-width": 1.2 },
  }, ABOVE_ZONES);
  return told;
}

export const ZONE_LAYERS = [ZONES, HATCHED];
