// What is shown, kept in the address so that a link brings back the same view.

export interface Open {
  id: string;
  by: string;
  hidden: string[]; // classes that are filtered out, by their key
}

export interface State {
  layers: Open[];
  run: string;
  findings: string; // "" all indicators, "-" none, else one indicator
  remedies: string[];
  indicator: string;
  variant: string;
  level: string;
  zone: string;
  thing: string;
  finding: string;
  task: string;
  tasks: boolean;
  three: boolean;
}

const REMEDIES = ["deadline", "best_effort"];

export function read(): State {
  const query = new URLSearchParams(location.search);
  const text = (key: string) => query.get(key) ?? "";
  return {
    layers: text("layers").split(",").filter(Boolean).map(opened),
    run: text("run"),
    findings: query.has("findings") ? text("findings") : text("indicator"),
    remedies: query.has("remedies") ? text("remedies").split(",") : REMEDIES,
    indicator: text("indicator"),
    variant: text("variant"),
    level: text("level"),
    zone: text("zone"),
    thing: text("thing"),
    finding: text("finding"),
    task: text("task"),
    tasks: query.has("task") || text("tasks") === "1",
    three: text("3d") === "1",
  };
}

function opened(text: string): Open {
  const [id, by = "", hidden = ""] = text.split(":");
  return { id, by, hidden: hidden.split("|").filter(Boolean).map(decodeURIComponent) };
}

function closed(open: Open): string {
  const hidden = open.hidden.map(encodeURIComponent).join("|");
  return [open.id, open.by, hidden].join(":").replace(/:+$/, "");
}

export function write(state: State): void {
  const query = new URLSearchParams();
  const put = (key: string, value: string) => value && query.set(key, value);
  put("layers", state.layers.map(closed).join(","));
  put("run", state.run);
  if (state.findings !== state.indicator) query.set("findings", state.findings);
  if (state.remedies.length < REMEDIES.length) query.set("remedies", state.remedies.join(","));
  for (const key of ["indicator", "variant", "level", "zone", "thing", "finding", "task"] as const) {
    put(key, state[key]);
  }
  put("tasks", state.tasks && !state.task ? "1" : "");
  put("3d", state.three ? "1" : "");
  const text = query.toString();
  history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
}
