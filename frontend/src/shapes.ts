// The six status shapes and the hatch of the unknown, drawn for the map and for its legends.

import type { Map } from "maplibre-gl";
import { drawn, token } from "./dom";

const SIZE = 44;
const RATIO = 2;

type Draw = (pen: CanvasRenderingContext2D) => void;

function diamond(pen: CanvasRenderingContext2D): void {
  path(pen, [[22, 5], [39, 22], [22, 39], [5, 22]], token("missed-mark"));
  cross(pen, 16, 28);
}

function triangle(pen: CanvasRenderingContext2D): void {
  path(pen, [[22, 5], [40, 37], [4, 37]], token("behind-mark"));
  pen.lineWidth = 4;
  stroke(pen, [[22, 17], [22, 26]]);
  stroke(pen, [[22, 31], [22, 32]]);
}

function ring(pen: CanvasRenderingContext2D): void {
  pen.beginPath();
  pen.arc(22, 22, 15, 0, Math.PI * 2);
  pen.fillStyle = token("surface");
  pen.fill();
  pen.lineWidth = 5;
  pen.strokeStyle = token("track-mark");
  pen.stroke();
  pen.beginPath();
  pen.arc(22, 22, 10, -Math.PI / 2, Math.PI / 2);
  pen.fillStyle = token("track-mark");
  pen.fill();
}

function late(pen: CanvasRenderingContext2D): void {
  ring(pen);
  pen.lineWidth = 5;
  pen.strokeStyle = token("missed-mark");
  pen.beginPath();
  pen.arc(22, 22, 17, 0, Math.PI * 2);
  pen.stroke();
}

function path(pen: CanvasRenderingContext2D, points: number[][], color: string): void {
  pen.beginPath();
  points.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.lineJoin = "round";
  pen.lineWidth = 5;
  pen.strokeStyle = token("surface");
  pen.stroke();
  pen.fillStyle = color;
  pen.fill();
}

function stroke(pen: CanvasRenderingContext2D, points: number[][]): void {
  pen.strokeStyle = token("surface");
  pen.lineCap = "round";
  pen.beginPath();
  points.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
}

function cross(pen: CanvasRenderingContext2D, low: number, high: number): void {
  pen.lineWidth = 4;
  stroke(pen, [[low, low], [high, high]]);
  stroke(pen, [[high, low], [low, high]]);
}

function hatch(pen: CanvasRenderingContext2D): void {
  pen.fillStyle = token("map-unknown");
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.strokeStyle = token("map-unknown-line");
  pen.lineWidth = 1.6;
  for (let at = -SIZE; at < SIZE * 2; at += 11) {
    pen.beginPath();
    pen.moveTo(at, SIZE);
    pen.lineTo(at + SIZE, 0);
    pen.stroke();
  }
}

const SHAPES: Record<string, Draw> = { missed: diamond, behind: triangle, track: ring, late, hatch };

export function picture(name: string): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  SHAPES[name](canvas.getContext("2d") as CanvasRenderingContext2D);
  return canvas;
}

export function addShapes(map: Map): void {
  for (const name of Object.keys(SHAPES)) {
    const pen = picture(name).getContext("2d") as CanvasRenderingContext2D;
    if (!map.hasImage(name)) map.addImage(name, pen.getImageData(0, 0, SIZE, SIZE), { pixelRatio: RATIO });
  }
}

export interface Swatch {
  shape: "fill" | "line" | "point" | "status" | "hatch";
  color: string; // of a status: its name
}

export function swatch(told: Swatch): SVGElement {
  if (told.shape === "status") {
    const use = drawn("use", { href: `#s-${told.color}` });
    return drawn("svg", { class: "sw", "aria-hidden": "true", viewBox: "0 0 16 16" }, use);
  }
  const svg = drawn("svg", { class: "sw", "aria-hidden": "true", viewBox: "0 0 18 12" });
  const fill = told.shape === "hatch" ? "url(#hatch)" : told.color;
  if (told.shape === "line") {
    svg.append(drawn("path", { d: "M0 6H18", stroke: told.color, "stroke-width": "3" }));
  } else if (told.shape === "point") {
    svg.append(drawn("circle", { cx: "9", cy: "6", r: "5", fill }));
  } else {
    svg.append(drawn("rect", { width: "18", height: "12", rx: "2", fill, stroke: token("map-roof-line") }));
  }
  return svg;
}
