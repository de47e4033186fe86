// The list of layers: findings, an indicator, tasks, and the registers theme by theme.

import { byId, drawn, make } from "./dom";
import { counted } from "./findings";
import { type Class, classesOf } from "./classes";
import { type Swatch, swatch } from "./shapes";
import type { Open, State } from "./state";
import type { Coloured, Layer, Told } from "./told";
import { figure, say } from "./words";

export interface Heard {
  changed: (what: "findings" | "indicator" | "tasks" | "layers" | "zone") => void;
  opened: (layer: Layer, open: boolean) => void;
}

const REMEDIES = [["deadline", "missed"], ["best_effort", "behind"]] as const;

export class Sidebar {
  private readonly list = byId("layer-list");

  constructor(
    private readonly told: Told,
    private readonly state: State,
    private readonly heard: Heard,
  ) {
    this.zones();
  }

  draw(coloured: Coloured | null): void {
    const focus = document.activeElement?.id ?? "";
    const top = this.list.scrollTop;
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((one) => one.id));
    const first = !this.list.childElementCount;
    this.list.replaceChildren(this.findings(), this.indicators(coloured), ...this.registers(open, first));
    this.list.scrollTop = top;
    if (focus) document.getElementById(focus)?.focus();
  }

  private zones(): void {
    const select = byId<HTMLSelectElement>("map-zone");
    const level = ["county", "subdistrict", "community"];
    const options = [make("option", { value: "" }, say("whole_city"))];
    const put = (parent: string, depth: number) => {
      for (const zone of this.told.zones.filter((one) => one.level === level[depth] && (!depth || above(one.parent) === parent))) {
        options.push(make("option", { value: zone.code }, `${"　".repeat(depth)}${zone.name}`));
        if (depth < 2) put(zone.code, depth + 1);
      }
    };
    const known = new Map(this.told.zones.map((zone) => [zone.code, zone]));
    const above = (code: string): string => (known.has(code) ? code : (code.split(".")[0] ?? code));
    put("", 0);
    select.replaceChildren(...options);
    select.value = this.state.zone;
    select.addEventListener("change", () => {
      this.state.zone = select.value;
      this.heard.changed("zone");
    });
  }

  private findings(): HTMLElement {
    const run = this.told.runs.find((one) => one.id === this.state.run) ?? this.told.runs[0];
    const kinds = new Set((run?.findings ?? []).filter((one) => one.variant === "official").map((one) => one.indicator));
    const named = this.told.indicators.filter((one) => kinds.has(one.id));
    const select = this.select("find-indicator", this.state.findings === "-" ? "" : this.state.findings, [
      ["", say("all_indicators")], ...named.map((one): [string, string] => [one.id, one.title]),
    ], (value) => {
      this.state.findings = value;
      this.heard.changed("findings");
    });
    const runs = this.select("find-run", run?.id ?? "", this.told.runs.map((one) => [one.id, one.title]), (value) => {
      this.state.run = value;
      this.heard.changed("findings");
      this.heard.changed("indicator");
    });
    const rows = REMEDIES.map(([remedy, shape]) => {
      const on = this.state.findings !== "-" && this.state.remedies.includes(remedy);
      return this.row(`find-${remedy}`, say(remedy), { shape: "status", color: shape }, on,
        run?.archive ? figure(counted(run, { ...this.state, findings: this.state.findings === "-" ? "" : this.state.findings }, remedy)) : say("locked"),
        (checked) => {
          const now = this.state.findings === "-" ? [] : this.state.remedies;
          this.state.remedies = checked ? [...now, remedy] : now.filter((one) => one !== remedy);
          if (this.state.findings === "-") this.state.findings = "";
          this.heard.changed("findings");
        });
    });
    if (this.told.can_tasks) {
      rows.push(this.row("show-tasks", say("tasks"), { shape: "status", color: "track" }, this.state.tasks, "", (checked) => {
        this.state.tasks = checked;
        this.state.task = "";
        this.heard.changed("tasks");
      }));
    }
    return this.group("findings", say("findings"), true, make("div", { class: "layer-pick" }, runs, select), make("ul", {}, ...rows));
  }

  private indicators(coloured: Coloured | null): HTMLElement {
    const state = this.state;
    const change = (key: "indicator" | "variant" | "level") => (value: string) => {
      state[key] = value;
      if (key === "indicator") state.variant = state.level = "";
      this.heard.changed("indicator");
    };
    const chosen = this.told.indicators.find((one) => one.id === state.indicator);
    const picks = [
      this.select("indicator", state.indicator, [
        ["", say("choose_indicator")],
        ...this.told.indicators.map((one): [string, string] => [one.id, one.number ? `${one.number} ${one.title}` : one.title]),
      ], change("indicator")),
    ];
    if (chosen && chosen.variants.length > 1) {
      picks.push(this.select("variant", state.variant || "official",
        chosen.variants.map((one) => [one, say(`variant_${one}`).replace("variant_", "")]), change("variant")));
    }
    if (coloured && coloured.levels.length > 1) {
      picks.push(this.select("level", coloured.level, coloured.levels.map((one) => [one, say(`level_${one}`)]), change("level")));
    }
    return this.group("indicator", say("indicator"), true, make("div", { class: "layer-pick" }, ...picks));
  }

  private registers(open: Set<string>, first: boolean): HTMLElement[] {
    return this.told.themes.flatMap((theme) => {
      const members = this.told.layers.filter((one) => one.theme === theme.id);
      if (!members.length) return [];
      const used = members.some((one) => this.state.layers.some((other) => other.id === one.id));
      const shown = first ? used : open.has(`theme-${theme.id}`);
      return [this.group(theme.id, theme.title, shown, make("ul", {}, ...members.flatMap((one) => this.register(one))))];
    });
  }

  private register(layer: Layer): HTMLElement[] {
    if (layer.locked) {
      const lock = drawn("svg", { class: "ico ico-s", "aria-hidden": "true" }, drawn("use", { href: "#i-lock" }));
      return [make("li", { class: "locked" }, lock, make("span", { class: "grow" }, layer.title), make("span", { class: "n" }, say("locked")))];
    }
    const open = this.state.layers.find((one) => one.id === layer.id);
    const row = this.row(`layer-${layer.id}`, layer.title, null, Boolean(open), layer.count ? figure(layer.count) : say("none_here"), (checked) => {
      this.heard.opened(layer, checked);
    }, !layer.archive);
    return open ? [row, make("li", { class: "layer-classes" }, ...this.classes(layer, open))] : [row];
  }

  private classes(layer: Layer, open: Open): HTMLElement[] {
    const by = this.select(`by-${layer.id}`, open.by, [
      ["", say("one_colour")], ...layer.fields.map((field): [string, string] => [field.name, field.title]),
    ], (value) => {
      open.by = value;
      open.hidden = [];
      this.heard.changed("layers");
    });
    by.setAttribute("aria-label", `${layer.title} ${say("colour_by")}`);
    const rows = classesOf(layer, open.by).map((one, place) =>
      this.row(`class-${layer.id}-${place}`, one.title, swatchOf(layer, one), !open.hidden.includes(one.key),
        one.count === null ? "" : figure(one.count), (checked) => {
          open.hidden = checked ? open.hidden.filter((key) => key !== one.key) : [...open.hidden, one.key];
          this.heard.changed("layers");
        }));
    return [by, make("ul", {}, ...rows)];
  }

  private group(id: string, title: string, open: boolean, ...content: Node[]): HTMLElement {
    return make("details", { id: `theme-${id}`, class: "theme", open }, make("summary", {}, make("h3", {}, title)), ...content);
  }

  private row(id: string, title: string, mark: Swatch | null, on: boolean, note: string, heard: (on: boolean) => void, off = false): HTMLElement {
    const box = make("input", { type: "checkbox", id, checked: on, disabled: off });
    box.addEventListener("change", () => heard(box.checked));
    const label = make("label", {}, box, mark ? swatch(mark) : null, make("span", { class: "grow" }, title));
    return make("li", {}, label, make("span", { class: "n" }, note));
  }

  private select(id: string, value: string, options: [string, string][], heard: (value: string) => void): HTMLSelectElement {
    const made = options.map(([key, title]) => make("option", { value: key, selected: key === value }, title));
    const select = make("select", { class: "select", id: `pick-${id}`, "aria-label": say(id.split("-").pop() ?? id) }, ...made);
    select.addEventListener("change", () => heard(select.value));
    return select;
  }
}

export function swatchOf(layer: Layer, one: Class): Swatch {
  const shapes = ["point", "line", "fill"] as const;
  return { shape: shapes[layer.dimension], color: one.color };
}
