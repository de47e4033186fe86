// What the server tells of the map: cities/map_views.py `layers` and its neighbours.

export interface Listed {
  id: string;
  title: string;
  count: number;
  colour: string; // where it has one by convention; else ""
}

export interface Field {
  name: string;
  title: string;
  unit: string;
  kind: "listed" | "number";
  known: number;
  values?: Listed[];
  breaks?: number[];
}

export interface Layer {
  id: string;
  title: string;
  theme: string;
  by: string;
  locked: boolean;
  archive: string;
  count: number | null;
  dimension: 0 | 1 | 2;
  from_zoom: number;
  fields: Field[];
}

export interface FoundKind {
  indicator: string;
  variant: string;
  remedy: string;
  count: number;
}

export interface Run {
  id: string;
  year: number;
  title: string;
  archive: string;
  findings: FoundKind[];
}

export interface Indicator {
  id: string;
  title: string;
  dimension: string;
  number: string;
  variants: string[];
}

export type Box = [number, number, number, number];

export interface Zone {
  code: string;
  name: string;
  level: string;
  parent: string;
  bounds: Box;
}

export interface Told {
  city: string;
  made: boolean;
  approval: string;
  snapshot: string;
  bounds: Box | null;
  home: Box | null;
  base: string;
  themes: { id: string; title: string }[];
  layers: Layer[];
  runs: Run[];
  indicators: Indicator[];
  zones: Zone[];
  can_draft: boolean;
  can_select: boolean;
  can_tasks: boolean;
}

export interface Coloured extends GeoJSON.FeatureCollection {
  title: string;
  unit: string;
  classes: [number | null, number | null][];
  unknown: number;
  standard: number | null;
  operator: string;
  url: string;
  levels: string[];
  level: string;
}

export type Urls = Record<
  "layers" | "tiles" | "find" | "indicator" | "tasks" | "edited" | "within" | "thing" | "finding",
  string
>;
