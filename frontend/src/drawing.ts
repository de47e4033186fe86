// Measuring and selecting: lines and polygons drawn by hand, lengths and areas on the ellipsoid.

import geodesic from "geographiclib-geodesic";
import type { Map } from "maplibre-gl";
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { token } from "./dom";

type Position = number[];
const ELLIPSOID = new geodesic.Geodesic.Geodesic(6378137, 1 / 298.257222101); // GRS80, that of CGCS2000

export function lengthOf(line: Position[]): number {
  let sum = 0;
  for (let at = 1; at < line.length; at += 1) {
    const [west, south] = line[at - 1];
    const [east, north] = line[at];
    sum += ELLIPSOID.Inverse(south, west, north, east).s12 ?? 0;
  }
  return sum;
}

export function areaOf(ring: Position[]): number {
  const polygon = ELLIPSOID.Polygon(false);
  for (const [lon, lat] of ring) polygon.AddPoint(lat, lon);
  return Math.abs(polygon.Compute(false, true).area ?? 0);
}

export type Mode = "measure" | "select";

export class Drawing {
  private readonly draw: TerraDraw;
  mode: Mode | null = null;
  onMeasure: (line: Position[]) => void = () => {};
  onSelect: (ring: Position[]) => void = () => {};

  constructor(map: Map) {
    const color = token("brand") as `#${string}`;
    const styles = { lineStringColor: color, lineStringWidth: 3, closingPointColor: color } as const;
    this.draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: "drawn" }),
      modes: [
        new TerraDrawLineStringMode({ styles }),
        new TerraDrawPolygonMode({
          styles: { fillColor: color, fillOpacity: 0.12, outlineColor: color, outlineWidth: 2.5 },
        }),
      ],
    });
    this.draw.start();
    this.draw.on("change", () => {
      if (this.mode === "measure") this.onMeasure(this.line());
    });
    this.draw.on("finish", () => {
      const shape = this.draw.getSnapshot()[0]?.geometry;
      if (this.mode === "select" && shape?.type === "Polygon") this.onSelect(shape.coordinates[0]);
      this.draw.setMode("static");
    });
  }

  begin(mode: Mode): void {
    this.draw.clear();
    this.mode = mode;
    this.draw.setMode(mode === "measure" ? "linestring" : "polygon");
  }

  end(): void {
    this.mode = null;
    this.draw.clear();
    this.draw.setMode("static");
  }

  get busy(): boolean {
    return this.mode !== null;
  }

  private line(): Position[] {
    const shape = this.draw.getSnapshot().find((one) => one.geometry.type === "LineString")?.geometry;
    return shape?.type === "LineString" ? shape.coordinates : [];
  }
}
