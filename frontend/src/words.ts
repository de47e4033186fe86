// The page's words and figures: texts come from the server, in the reader's language.

export type Words = Record<string, string>;

let words: Words = {};

export function speak(told: Words): void {
  words = told;
}

export function say(key: string): string {
  return words[key] ?? key;
}

export function figure(value: number, digits?: number): string {
  const shown = digits ?? (Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2);
  const text = Math.abs(value).toLocaleString("en-US", {
    minimumFractionDigits: 0,
    maximumFractionDigits: shown,
  });
  return value < 0 ? `−${text}` : text;
}

export function year(value: number): string {
  return String(Math.round(value));
}

export function length(metres: number): string {
  return metres < 1000
    ? `${figure(metres, metres < 100 ? 1 : 0)} ${say("unit_m")}`
    : `${figure(metres / 1000, 2)} ${say("unit_km")}`;
}

export function area(squareMetres: number): string {
  if (squareMetres < 10_000) return `${figure(squareMetres, 0)} ${say("unit_m2")}`;
  if (squareMetres < 1_000_000) return `${figure(squareMetres / 10_000, 2)} ${say("unit_ha")}`;
  return `${figure(squareMetres / 1_000_000, 2)} ${say("unit_km2")}`;
}
