// A map to hand in: title, map, legend, scale, north, source and whether it may be published.

import type { Map } from "maplibre-gl";
import { byId, make, token } from "./dom";
import { type Part, scaleOf } from "./legend";
import { picture } from "./shapes";
import type { Told } from "./told";
import { length, say } from "./words";

const WIDTH = 2480; // A4 lying down at 212 dots an inch
const HEIGHT = 1754;
const EDGE = 70;
const SIDE = 430;
const HEAD = 150;
const FOOT = 90;
const FACE = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif";

export function openPrint(map: Map, told: Told, title: string, parts: () => Part[]): void {
  const dialog = byId<HTMLDialogElement>("print-dialog");
  const name = make("input", { class: "input", id: "print-title", value: title, maxlength: "60" });
  const shown = make("img", { class: "print-shown", alt: say("print_head") });
  const again = async () => {
    const canvas = await composed(map, told, name.value, parts());
    shown.src = canvas.toDataURL("image/png");
  };
  name.addEventListener("change", () => void again());
  const save = make("button", { type: "button", class: "btn btn-main", id: "print-png" }, say("print_png"));
  save.addEventListener("click", () => {
    const link = make("a", { href: shown.src, download: `${name.value || told.city}.png` });
    link.click();
  });
  const paper = make("button", { type: "button", class: "btn", id: "print-pdf" }, say("print_pdf"));
  paper.addEventListener("click", () => window.print());
  const close = make("button", { type: "button", class: "btn btn-bare" }, say("close"));
  close.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(
    make("header", {}, make("h2", {}, say("print_head"))),
    make("div", { class: "body" }, make("label", { class: "label", for: "print-title" }, say("print_title")), name, shown),
    make("footer", {}, close, paper, save),
  );
  void again().then(() => dialog.showModal());
}

function seen(map: Map): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    map.once("render", () => {
      const image = new Image();
      image.onload = () => resolve(image);
      image.onerror = reject;
      image.src = map.getCanvas().toDataURL("image/png");
    });
    map.triggerRepaint();
  });
}

async function composed(map: Map, told: Told, title: string, parts: Part[]): Promise<HTMLCanvasElement> {
  const image = await seen(map);
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  write(pen, title || told.city, WIDTH / 2, EDGE + 62, { size: 58, weight: "bold", align: "center" });
  const frame = { x: EDGE, y: HEAD, w: WIDTH - 2 * EDGE - SIDE, h: HEIGHT - HEAD - FOOT - EDGE };
  const part = cropped(image, frame.w / frame.h);
  pen.drawImage(image, part.x, part.y, part.w, part.h, frame.x, frame.y, frame.w, frame.h);
  pen.strokeStyle = "#333333";
  pen.lineWidth = 2;
  pen.strokeRect(frame.x, frame.y, frame.w, frame.h);
  north(pen, frame.x + frame.w - 60, frame.y + 80, map.getBearing());
  scale(pen, map, (frame.w / part.w) * (image.width / map.getContainer().clientWidth), frame);
  legend(pen, parts, frame.x + frame.w + 34, frame.y);
  const approval = told.approval ? `${say("approval")} ${told.approval}` : say("approval_none");
  const foot = [told.city, `${say("snapshot")} ${told.snapshot}`, say("source"), told.made ? say("made") : approval];
  write(pen, foot.join("  ·  "), EDGE, HEIGHT - EDGE, { size: 28 });
  return canvas;
}

function cropped(image: HTMLImageElement, aspect: number): { x: number; y: number; w: number; h: number } {
  const w = Math.min(image.width, image.height * aspect);
  const h = w / aspect;
  return { x: (image.width - w) / 2, y: (image.height - h) / 2, w, h };
}

interface Hand {
  size: number;
  weight?: string;
  align?: CanvasTextAlign;
}

function write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, hand: Hand): void {
  pen.fillStyle = "#1b2327";
  pen.font = `${hand.weight ?? "normal"} ${hand.size}px ${FACE}`;
  pen.textAlign = hand.align ?? "left";
  pen.textBaseline = "alphabetic";
  pen.fillText(text, x, y);
}

function north(pen: CanvasRenderingContext2D, x: number, y: number, bearing: number): void {
  pen.save();
  pen.translate(x, y);
  pen.rotate((-bearing * Math.PI) / 180);
  pen.beginPath();
  pen.moveTo(0, -50);
  pen.lineTo(20, 24);
  pen.lineTo(0, 10);
  pen.lineTo(-20, 24);
  pen.closePath();
  pen.fillStyle = "#1b2327";
  pen.fill();
  write(pen, say("north"), 0, 64, { size: 32, weight: "bold", align: "center" });
  pen.restore();
}

function scale(pen: CanvasRenderingContext2D, map: Map, factor: number, frame: { x: number; y: number; h: number }): void {
  if (map.getPitch() > 1) return; // seen from the side no one scale holds
  const told = scaleOf(map, 260 / factor);
  const wide = told.pixels * factor;
  const [x, y] = [frame.x + 30, frame.y + frame.h - 34];
  pen.fillStyle = "rgba(255,255,255,.85)";
  pen.fillRect(x - 14, y - 46, wide + 170, 70);
  pen.strokeStyle = "#1b2327";
  pen.lineWidth = 4;
  pen.beginPath();
  pen.moveTo(x, y - 16);
  pen.lineTo(x, y);
  pen.lineTo(x + wide, y);
  pen.lineTo(x + wide, y - 16);
  pen.stroke();
  write(pen, length(told.metres), x + wide + 16, y + 4, { size: 28 });
}

function legend(pen: CanvasRenderingContext2D, parts: Part[], x: number, top: number): void {
  write(pen, say("legend"), x, top + 36, { size: 36, weight: "bold" });
  let y = top + 92;
  for (const part of parts) {
    for (const [row, line] of wrapped(pen, part.title, SIDE - 60, 28).entries()) {
      if (row) y += 38;
      write(pen, line, x, y, { size: 28, weight: "bold" });
    }
    for (const entry of part.entries) {
      y += 46;
      if (y > HEIGHT - FOOT - EDGE) return;
      mark(pen, entry.swatch.shape, entry.swatch.color, x, y - 26);
      write(pen, short(pen, entry.title, SIDE - 120, 28), x + 62, y, { size: 28 });
    }
    y += 66;
  }
}

function mark(pen: CanvasRenderingContext2D, shape: string, color: string, x: number, y: number): void {
  if (shape === "status" || shape === "hatch") {
    const image = picture(shape === "hatch" ? "hatch" : color);
    pen.drawImage(image, x + (shape === "hatch" ? 0 : 4), y - 6, shape === "hatch" ? 46 : 38, shape === "hatch" ? 30 : 38);
    return;
  }
  pen.fillStyle = color;
  if (shape === "point") {
    pen.beginPath();
    pen.arc(x + 22, y + 14, 13, 0, Math.PI * 2);
    pen.fill();
  } else {
    pen.fillRect(x, shape === "line" ? y + 10 : y, 46, shape === "line" ? 8 : 28);
  }
  if (shape === "fill") {
    pen.strokeStyle = token("map-roof-line") || "#b9af99";
    pen.lineWidth = 1.5;
    pen.strokeRect(x, y, 46, 28);
  }
}

function wrapped(pen: CanvasRenderingContext2D, text: string, most: number, size: number): string[] {
  pen.font = `bold ${size}px ${FACE}`;
  const lines = [""];
  for (const letter of text) {
    const last = lines.length - 1;
    if (pen.measureText(lines[last] + letter).width > most) lines.push(letter);
    else lines[last] += letter;
  }
  return lines;
}

function short(pen: CanvasRenderingContext2D, text: string, most: number, size: number): string {
  pen.font = `${size}px ${FACE}`;
  let kept = text;
  while (kept.length > 1 && pen.measureText(kept).width > most) kept = kept.slice(0, -1);
  return kept === text ? text : `${kept}…`;
}
