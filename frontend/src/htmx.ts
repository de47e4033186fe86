// htmx with what a strict content policy asks for: no evaluated code, no style element of its own.
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages of one person must not stay for the next at this machine
htmx.config.scrollIntoViewOnBoost = false;
(window as unknown as { htmx: typeof htmx }).htmx = htmx;
