// The panel beside the map: a thing, a finding, a zone, a selection; pages of the server's own.

import { byId, make } from "./dom";
import { say } from "./words";

export class Panel {
  private readonly card = byId("panel-card");
  private readonly body = byId("panel-body");
  onClose: () => void = () => {};

  constructor() {
    byId("panel-close").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.card.hidden) this.close();
    });
  }

  close(): void {
    this.card.hidden = true;
    document.body.classList.remove("has-panel");
    this.onClose();
  }

  // The server's fragment is our own escaped HTML; it is put in as it is.
  async load(url: string): Promise<HTMLElement | null> {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) {
      this.show(make("div", { class: "card-body muted" }, say(answer.status === 404 ? "locked" : "failed")));
      return null;
    }
    this.body.innerHTML = await answer.text();
    this.open();
    return this.body;
  }

  show(...content: Node[]): void {
    this.body.replaceChildren(...content);
    this.open();
  }

  private open(): void {
    this.card.hidden = false;
    document.body.classList.add("has-panel");
    this.body.querySelector(".panel-scroll")?.scrollTo(0, 0);
  }
}

export function head(title: string, sub = ""): HTMLElement {
  return make("div", { class: "feature-head" }, sub ? make("p", { class: "small muted" }, sub) : null, make("h2", {}, title));
}
