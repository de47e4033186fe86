// The one map: what is asked for in the address is fetched, drawn, and kept there.

import maplibregl from "maplibre-gl/dist/maplibre-gl-csp";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker?url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { Map, MapGeoJSONFeature, MapMouseEvent } from "maplibre-gl";
import { Protocol } from "pmtiles";
import { classesOf } from "./classes";
import { byId, csrf, fetched, make, token } from "./dom";
import { areaOf, Drawing, lengthOf } from "./drawing";
import { choose, counted, EDITED, FINDINGS, showEdited, showFindings, showTasks, TASKS } from "./findings";
import { groundStyle } from "./ground";
import { type Part, showLegend, showScale } from "./legend";
import { head, Panel } from "./panel";
import { openPrint } from "./print";
import { drawnIds, Registers } from "./registers";
import { type Found, searching } from "./search";
import { addShapes } from "./shapes";
import { Sidebar, swatchOf } from "./sidebar";
import { read, type State, write } from "./state";
import type { Box, Coloured, Layer, Run, Told, Urls } from "./told";
import { area, figure, length, say, speak } from "./words";
import { showIndicator, ZONE_LAYERS, ZONES } from "./zones";

const PITCH = 55;
const NAMES_A_VIEW = Boolean(location.hash); // before the map writes its own
const NEAR_PIXELS = 6;
const SIGNS: Record<string, string> = { ">=": "≥", "<=": "≤" };
const page = byId("one-map");
const urls = JSON.parse(page.dataset.urls ?? "{}") as Urls;
speak(JSON.parse(page.dataset.words ?? "{}"));

function tell(text: string, lasting = false): void {
  const box = byId("map-message");
  box.replaceChildren(make("div", { class: "note" }, make("p", {}, text)));
  box.hidden = !text;
  if (!lasting) window.setTimeout(() => (box.hidden = true), 6000);
}

class OneMap {
  private readonly state: State = read();
  private readonly panel = new Panel();
  private readonly registers: Registers;
  private readonly sidebar: Sidebar;
  private readonly drawing: Drawing;
  private coloured: Coloured | null = null;
  private edited = 0;

  constructor(
    private readonly map: Map,
    private readonly told: Told,
  ) {
    addShapes(map);
    this.registers = new Registers(map, tilesUrl);
    this.sidebar = new Sidebar(told, this.state, {
      changed: (what) => void this.changed(what),
      opened: (layer, open) => this.opened(layer, open),
    });
    this.drawing = new Drawing(map);
    this.tools();
    this.listen();
  }

  async begin(): Promise<void> {
    choose(this.map, null);
    this.state.layers = this.state.layers.filter((open) => this.layer(open.id)?.archive);
    for (const open of this.state.layers) {
      const layer = this.layer(open.id) as Layer;
      open.by = open.by || (location.search.includes(`${open.id}:`) ? "" : layer.by);
      this.registers.show(layer, open, this.state.zone, this.state.three);
    }
    this.three(this.state.three, false);
    this.edited = this.told.can_select ? await showEdited(this.map, urls) : 0;
    await this.changed("indicator");
    await this.changed("tasks");
    await this.changed("findings");
    await this.place();
    if (this.state.zone) this.outline();
  }

  private get run(): Run | undefined {
    return this.told.runs.find((one) => one.id === this.state.run) ?? this.told.runs[0];
  }

  private layer(id: string): Layer | undefined {
    return this.told.layers.find((one) => one.id === id);
  }

  // Where the address points: a thing, a finding, a task or a zone, unless it names a view.
  private async place(): Promise<void> {
    if (this.state.thing) await this.showThing(this.state.thing, null, !NAMES_A_VIEW);
    else if (this.state.finding) await this.showFinding(this.state.finding, null, !NAMES_A_VIEW);
    else if (!NAMES_A_VIEW && this.state.zone) this.fit(this.zone(this.state.zone)?.bounds);
  }

  private async changed(what: "findings" | "indicator" | "tasks" | "layers" | "zone"): Promise<void> {
    const { map, state } = this;
    try {
      if (what === "indicator") this.coloured = await showIndicator(map, state, this.run?.id ?? "", urls);
      if (what === "tasks" && this.told.can_tasks) {
        const points = await showTasks(map, state, urls);
        if (state.task && points.features.length && !NAMES_A_VIEW) this.fit(around(points));
      }
    } catch {
      tell(say("failed"));
    }
    if (what === "findings" || what === "zone") showFindings(map, this.run, state, tilesUrl);
    if (what === "layers" || what === "zone") {
      for (const open of state.layers) this.registers.paint(this.layer(open.id) as Layer, open, state.zone, state.three);
    }
    if (what === "zone") {
      this.fit(this.zone(state.zone)?.bounds ?? this.told.home ?? this.told.bounds);
      this.outline();
    }
    for (const id of [FINDINGS, TASKS]) if (map.getLayer(id)) map.moveLayer(id);
    this.drawn();
  }

  private opened(layer: Layer, open: boolean): void {
    if (open) {
      const made = { id: layer.id, by: layer.by, hidden: [] };
      this.state.layers.push(made);
      this.registers.show(layer, made, this.state.zone, this.state.three);
      if (this.map.getZoom() < layer.from_zoom) this.map.easeTo({ zoom: layer.from_zoom + 0.2 });
    } else {
      this.state.layers = this.state.layers.filter((one) => one.id !== layer.id);
      this.registers.hide(layer.id);
    }
    for (const id of [FINDINGS, TASKS]) if (this.map.getLayer(id)) this.map.moveLayer(id);
    this.drawn();
  }

  private drawn(): void {
    this.sidebar.draw(this.coloured);
    showLegend(this.legend());
    write(this.state);
  }

  private zone(code: string) {
    return this.told.zones.find((one) => one.code === code);
  }

  private outline(): void {
    const id = "zone-outline";
    if (!this.map.getLayer(id)) {
      this.map.addLayer({
        id, type: "line", source: "base", "source-layer": "zones",
        paint: { "line-color": token("brand"), "line-width": 3.5, "line-opacity": 0.8 },
      });
    }
    this.map.setFilter(id, ["==", ["get", "code"], this.state.zone || "-"]);
  }

  private legend(): Part[] {
    const parts: Part[] = [];
    if (this.coloured?.classes.length) {
      const told = this.coloured;
      const words = ([low, high]: [number | null, number | null]) =>
        low === null ? (high === null ? told.title : `＜${figure(high)}`) : high === null ? `≥${figure(low)}` : `${figure(low)}–${figure(high)}`;
      const entries = told.classes.map((one, rank) => ({
        swatch: { shape: "fill" as const, color: token(`seq-${rank + 1}`) }, title: words(one),
      }));
      if (told.unknown) entries.push({ swatch: { shape: "hatch" as never, color: "" }, title: say("unknown") });
      const standard = told.standard === null ? "" : `，${say("standard")} ${SIGNS[told.operator] ?? told.operator} ${figure(told.standard)}`;
      parts.push({ title: `${told.title}${told.unit ? ` ${told.unit}` : ""}${standard}`, entries });
    }
    if (this.state.findings !== "-" && this.run?.archive && this.state.remedies.length) {
      const one = this.told.indicators.find((indicator) => indicator.id === this.state.findings);
      const marks: Record<string, string> = { deadline: "missed", best_effort: "behind" };
      parts.push({
        title: one?.title ?? say("findings"),
        entries: this.state.remedies.filter((remedy) => counted(this.run, this.state, remedy)).map((remedy) => ({
          swatch: { shape: "status" as const, color: marks[remedy] },
          title: `${say(remedy)} ${figure(counted(this.run, this.state, remedy))}`,
        })),
      });
    }
    for (const open of this.state.layers) {
      const layer = this.layer(open.id) as Layer;
      const classes = classesOf(layer, open.by).filter((one) => !open.hidden.includes(one.key));
      const plain = { key: "", title: layer.title, color: token("chart-1"), count: null, test: [] };
      parts.push({
        title: layer.title,
        entries: (classes.length ? classes : [plain]).map((one) => ({ swatch: swatchOf(layer, one), title: one.title })),
      });
    }
    if (this.edited) parts.push({ title: say("edited"), entries: [{ swatch: { shape: "line", color: token("behind-mark") }, title: figure(this.edited) }] });
    return parts;
  }

  private fit(bounds: Box | null | undefined): void {
    if (!bounds) return;
    const wide = window.innerWidth > 860;
    this.map.fitBounds(bounds, {
      padding: wide ? { left: 310, right: 60, top: 70, bottom: 60 } : 40, maxZoom: 17, duration: 600,
    });
  }

  private listen(): void {
    const { map } = this;
    map.on("click", (event) => void this.clicked(event));
    map.on("mousemove", (event) => {
      if (!this.drawing.busy) map.getCanvas().style.cursor = this.under(event).length ? "pointer" : "";
    });
    map.on("move", () => showScale(map));
    map.on("moveend", () => write(this.state));
    showScale(map);
    this.panel.onClose = () => {
      this.state.thing = this.state.finding = "";
      choose(map, null);
      write(this.state);
    };
    searching(urls.find, (found) => void this.found(found));
  }

  private under(event: MapMouseEvent): MapGeoJSONFeature[] {
    const { x, y } = event.point;
    const wanted = [TASKS, FINDINGS, `${EDITED}-points`, EDITED, ...drawnIds(this.state.layers), ...ZONE_LAYERS];
    const layers = wanted.filter((id) => this.map.getLayer(id));
    if (!layers.length) return [];
    const found = this.map.queryRenderedFeatures(
      [[x - NEAR_PIXELS, y - NEAR_PIXELS], [x + NEAR_PIXELS, y + NEAR_PIXELS]], { layers },
    );
    const rank = (one: MapGeoJSONFeature) => layers.indexOf(one.layer.id);
    return found.sort((a, b) => rank(a) - rank(b));
  }

  private async clicked(event: MapMouseEvent): Promise<void> {
    if (this.drawing.busy) return;
    const [first] = this.under(event);
    if (!first) return;
    const told = first.properties as Record<string, string>;
    if (first.layer.id === TASKS) location.assign(`/tasks/${told.task}/`);
    else if (first.layer.id === FINDINGS) await this.showFinding(String(told.pk), first.geometry, false);
    else if (first.source === EDITED) await this.showThing(told.key, first.geometry, false);
    else if (first.source === ZONES) this.showZone(first);
    else await this.showThing(`${first.sourceLayer}/${told.ref}`, first.geometry, false);
  }

  private async found(found: Found): Promise<void> {
    this.fit(found.bounds);
    if (found.thing) await this.showThing(found.thing, null, true);
    if (found.zone && this.zone(found.zone)) {
      byId<HTMLSelectElement>("map-zone").value = this.state.zone = found.zone;
      await this.changed("zone");
    }
  }

  private async showThing(key: string, shape: GeoJSON.Geometry | null, fit: boolean): Promise<void> {
    this.state.thing = key;
    this.state.finding = "";
    await this.shown(await this.panel.load(`${urls.thing}${key.split("/").map(encodeURIComponent).join("/")}/`), shape, fit);
  }

  private async showFinding(pk: string, shape: GeoJSON.Geometry | null, fit: boolean): Promise<void> {
    this.state.finding = pk;
    this.state.thing = "";
    await this.shown(await this.panel.load(`${urls.finding}${pk}/`), shape, fit);
  }

  private async shown(body: HTMLElement | null, shape: GeoJSON.Geometry | null, fit: boolean): Promise<void> {
    write(this.state);
    const told = body?.querySelector<HTMLElement>(".panel-scroll")?.dataset;
    const place = told?.place ? (JSON.parse(told.place) as [number, number]) : null;
    const bounds = told?.bounds ? (JSON.parse(told.bounds) as Box) : place ? ([...place, ...place] as Box) : null;
    const middle = bounds ? [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2] : null;
    choose(this.map, shape ?? (middle ? { type: "Point", coordinates: place ?? middle } : null));
    if (fit && bounds) this.fit(bounds);
  }

  private showZone(feature: MapGeoJSONFeature): void {
    const told = feature.properties as Record<string, string | number>;
    const coloured = this.coloured as Coloured;
    const known = told.rank !== 0;
    const value = known ? `${figure(Number(told.value))} ${coloured.unit}` : `${say("unknown")}：${told.reason}`;
    const link = make("a", { href: `${coloured.url}?level=${coloured.level}` }, coloured.title);
    this.panel.show(
      head(String(told.name), coloured.title),
      make("div", { class: "panel-scroll" }, make("p", { class: "fig card-body" }, value), make("p", { class: "card-body" }, link)),
    );
    choose(this.map, feature.geometry);
  }

  private three(on: boolean, move = true): void {
    this.state.three = on;
    byId("tool-3d").setAttribute("aria-pressed", String(on));
    this.map.setLayoutProperty("walls", "visibility", on ? "visible" : "none");
    for (const open of this.state.layers) this.registers.paint(this.layer(open.id) as Layer, open, this.state.zone, on);
    if (move) {
      this.map.easeTo({ pitch: on ? PITCH : 0, bearing: on ? this.map.getBearing() || -18 : 0, zoom: on ? Math.max(15, this.map.getZoom()) : this.map.getZoom() });
      if (on) tell(say("storeys_known"));
    }
  }

  private tools(): void {
    const { map } = this;
    byId("zoom-in").addEventListener("click", () => map.zoomIn());
    byId("zoom-out").addEventListener("click", () => map.zoomOut());
    byId("zoom-home").addEventListener("click", () => this.fit(this.told.home ?? this.told.bounds));
    byId("tool-3d").addEventListener("click", () => {
      this.three(!this.state.three);
      write(this.state);
    });
    byId("tool-layers").addEventListener("click", () => {
      const on = page.classList.toggle("shows-layers");
      byId("tool-layers").setAttribute("aria-pressed", String(on));
    });
    byId("tool-link").addEventListener("click", () => {
      write(this.state);
      if (!navigator.clipboard) {
        tell(say("copy_by_hand"));
        return;
      }
      navigator.clipboard.writeText(location.href).then(() => tell(say("copied")), () => tell(say("copy_by_hand")));
    });
    byId("tool-print").addEventListener("click", () =>
      openPrint(map, this.told, this.coloured?.title ?? `${this.told.city}`, () => this.legend()));
    this.handTools();
  }

  private handTools(): void {
    const buttons = { measure: byId("tool-measure"), select: byId("tool-select") };
    const press = () => {
      for (const [mode, button] of Object.entries(buttons)) button.setAttribute("aria-pressed", String(this.drawing.mode === mode));
    };
    for (const mode of ["measure", "select"] as const) {
      buttons[mode].addEventListener("click", () => {
        if (this.drawing.mode === mode) {
          this.drawing.end();
          byId("map-message").hidden = true;
        } else if (mode === "select" && !this.state.layers.length) {
          tell(say("select_none"));
        } else {
          this.drawing.begin(mode);
          tell(say(`${mode}_hint`), true);
        }
        press();
      });
    }
    this.drawing.onMeasure = (line) => {
      if (line.length < 2) return;
      const extra = line.length > 3 ? ` · ${say("area")} ${area(areaOf(line))}` : "";
      tell(`${say("length")} ${length(lengthOf(line))}${extra}`, true);
    };
    this.drawing.onSelect = (ring) => {
      void this.select(ring).finally(press);
    };
  }

  private async select(ring: number[][]): Promise<void> {
    const form = new FormData();
    form.set("polygon", JSON.stringify({ type: "Polygon", coordinates: [ring] }));
    form.set("layers", this.state.layers.map((one) => one.id).join(","));
    const options = { method: "POST", body: form, headers: { "X-CSRFToken": csrf(), Accept: "application/json" } };
    interface Row { title: string; count: number; length_m: number; area_m2: number; things: { key: string; title: string }[] }
    let rows: Row[];
    try {
      rows = (await fetched<{ rows: Row[] }>(urls.within, options)).rows;
    } catch {
      tell(say("failed"));
      return;
    }
    byId("map-message").hidden = true;
    const content = rows.flatMap((row) => {
      const more = [row.length_m ? length(row.length_m) : "", row.area_m2 ? area(row.area_m2) : ""].filter(Boolean).join(" · ");
      const things = row.things.map((thing) => {
        const button = make("button", { type: "button", class: "found" }, thing.title);
        button.addEventListener("click", () => void this.showThing(thing.key, null, true));
        return make("li", {}, button);
      });
      const summary = make("summary", {}, `${row.title} `, make("b", {}, `${figure(row.count)} ${say("pieces")}`), more ? ` · ${more}` : "");
      return [make("details", { class: "fold" }, summary, make("ul", { class: "list" }, ...things))];
    });
    const save = make("button", { type: "button", class: "btn btn-main" }, say("export"));
    save.addEventListener("click", () => void this.export(form));
    const clear = make("button", { type: "button", class: "btn" }, say("clear"));
    clear.addEventListener("click", () => {
      this.drawing.end();
      this.panel.close();
    });
    const body = content.length ? content : [make("p", { class: "card-body muted" }, say("select_empty"))];
    this.panel.show(head(say("selected")), make("div", { class: "panel-scroll" }, ...body), make("div", { class: "card-foot" }, save, clear));
    this.drawing.mode = null;
  }

  private async export(form: FormData): Promise<void> {
    form.set("excel", "1");
    const answer = await fetch(urls.within, { method: "POST", body: form, headers: { "X-CSRFToken": csrf() }, credentials: "same-origin" });
    if (!answer.ok) {
      tell(say("failed"));
      return;
    }
    const url = URL.createObjectURL(await answer.blob());
    make("a", { href: url, download: "selection.xlsx" }).click();
    URL.revokeObjectURL(url);
  }
}

function tilesUrl(archive: string): string {
  return `pmtiles://${location.origin}${urls.tiles}${encodeURI(archive)}.pmtiles`;
}

function around(points: GeoJSON.FeatureCollection): Box {
  const places = points.features.map((one) => (one.geometry as GeoJSON.Point).coordinates);
  const x = places.map((place) => place[0]);
  const y = places.map((place) => place[1]);
  return [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
}

async function start(): Promise<void> {
  const told = await fetched<Told>(urls.layers);
  if (!told.base) {
    tell(say("no_tiles"), true);
    return;
  }
  maplibregl.setWorkerUrl(workerUrl);
  maplibregl.addProtocol("pmtiles", new Protocol().tile);
  const map: Map = new maplibregl.Map({
    container: "scene", style: groundStyle(tilesUrl(told.base)), bounds: told.home ?? told.bounds ?? undefined,
    fitBoundsOptions: { padding: 30 }, hash: true, attributionControl: false, maxZoom: 20, maxPitch: 70,
    locale: {}, pixelRatio: Math.min(2, window.devicePixelRatio),
  });
  map.on("error", (event) => {
    if (!String(event.error?.message).includes("AbortError")) console.warn(event.error?.message);
  });
  map.once("load", () => {
    void new OneMap(map, told).begin().then(() => page.setAttribute("data-ready", ""));
  });
}

function drawable(): boolean {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

if (drawable()) start().catch(() => tell(say("failed"), true));
else tell(say("no_webgl"), true);
