// Search on the map: by name, address, code or pinyin, as one types.

import { byId, fetched, make } from "./dom";
import type { Box } from "./told";
import { say } from "./words";

export interface Found {
  title: string;
  sub: string;
  bounds: Box;
  thing?: string;
  zone?: string;
}

const WAIT_MS = 220;

export function searching(url: string, chosen: (found: Found) => void): void {
  const form = byId<HTMLFormElement>("map-find");
  const input = byId<HTMLInputElement>("map-q");
  const list = byId("map-found");
  let asked = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    list.replaceChildren();
  };
  const look = async (): Promise<Found[]> => {
    const mine = (asked += 1);
    const words = input.value.trim();
    if (!words) {
      close();
      return [];
    }
    const { found } = await fetched<{ found: Found[] }>(`${url}?q=${encodeURIComponent(words)}`);
    if (mine !== asked) return [];
    list.replaceChildren(...(found.length ? found.map(row) : [make("li", {}, say("nothing_found"))]));
    list.hidden = false;
    return found;
  };
  const row = (found: Found) => {
    const button = make("button", { type: "button", class: "found" }, make("b", {}, found.title), make("span", {}, found.sub));
    button.addEventListener("click", () => {
      close();
      chosen(found);
    });
    return make("li", {}, button);
  };
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "ArrowDown") list.querySelector<HTMLElement>("button")?.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    window.clearTimeout(timer);
    void look().then((found) => {
      if (found[0]) {
        close();
        chosen(found[0]);
      }
    });
  });
}
