// Placing a thing by hand in its form: points are dragged, lines and polygons by their corners.

import maplibregl from "maplibre-gl/dist/maplibre-gl-csp";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker?url";
import "maplibre-gl/dist/maplibre-gl.css";
import { Protocol } from "pmtiles";
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPointMode, TerraDrawPolygonMode, TerraDrawSelectMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { groundStyle } from "./ground";
import { token } from "./dom";

const MODES: Record<string, string> = {
  Point: "point", LineString: "linestring", Polygon: "polygon",
  point: "point", line: "linestring", polygon: "polygon", // as registers name their geometry
};
const SIX = 1e6; // a decimetre

function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  return typeof value === "number" ? Math.round(value * SIX) / SIX : value;
}

function corners(shape: GeoJSON.Geometry): [number, number][] {
  if (shape.type === "Point") return [shape.coordinates as [number, number]];
  if (shape.type === "LineString") return shape.coordinates as [number, number][];
  return shape.type === "Polygon" ? (shape.coordinates[0] as [number, number][]) : [];
}

// Points have two fields of their own, which a form without scripts has too.
function degrees([lon, lat]: [number, number]): void {
  for (const [id, value] of [["f-lon", lon], ["f-lat", lat]] as const) {
    const field = document.getElementById(id);
    if (field instanceof HTMLInputElement) field.value = String(value);
  }
}

function begin(box: HTMLElement, text: HTMLTextAreaElement): void {
  const shape = text.value ? (JSON.parse(text.value) as GeoJSON.Geometry) : null;
  const mode = MODES[shape?.type ?? box.dataset.kind ?? ""];
  if (!mode) return; // shapes of several parts are edited as text
  box.hidden = false;
  const around = new maplibregl.LngLatBounds();
  const home = JSON.parse(box.dataset.bounds ?? "null") as [number, number, number, number] | null;
  if (shape) corners(shape).forEach((corner) => around.extend(corner));
  else if (home) around.extend([home[0], home[1]]).extend([home[2], home[3]]);
  maplibregl.setWorkerUrl(workerUrl);
  maplibregl.addProtocol("pmtiles", new Protocol().tile);
  const map = new maplibregl.Map({
    container: box, style: groundStyle(`pmtiles://${location.origin}${box.dataset.base}`), bounds: around,
    fitBoundsOptions: { padding: 60, maxZoom: 17 }, attributionControl: false,
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  map.once("load", () => {
    const color = token("brand") as `#${string}`;
    const moved = { draggable: true, coordinates: { draggable: true, midpoints: true, deletable: true } };
    const flags = { feature: { ...moved } };
    const draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map }),
      modes: [
        new TerraDrawPointMode({ styles: { pointColor: color, pointWidth: 8 } }),
        new TerraDrawLineStringMode({ styles: { lineStringColor: color } }),
        new TerraDrawPolygonMode({ styles: { fillColor: color, fillOpacity: 0.15, outlineColor: color } }),
        new TerraDrawSelectMode({ flags: { point: flags, linestring: flags, polygon: flags } }),
      ],
    });
    draw.start();
    const keep = () => {
      const one = draw.getSnapshot().find((each) => each.properties.mode === mode);
      if (one) text.value = JSON.stringify({ type: one.geometry.type, coordinates: rounded(one.geometry.coordinates) });
      if (one?.geometry.type === "Point") degrees(rounded(one.geometry.coordinates) as [number, number]);
    };
    draw.on("finish", () => {
      keep();
      draw.setMode("select");
    });
    if (shape) {
      draw.setMode("select");
      draw.addFeatures([{
        type: "Feature", properties: { mode },
        geometry: { type: shape.type, coordinates: rounded((shape as GeoJSON.Point).coordinates) } as never,
      }]);
    } else {
      draw.setMode(mode);
    }
    box.setAttribute("data-ready", "");
  });
}

const box = document.getElementById("place-map");
const text = document.getElementById("f-place");
if (box && text instanceof HTMLTextAreaElement) begin(box, text);
