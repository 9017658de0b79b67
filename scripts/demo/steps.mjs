// The steps of a demo, as they go on.
import { Listr, PRESET_TIMER } from "listr2";

const look = { timer: PRESET_TIMER, showErrorMessage: false };

/** @param {import("listr2").ListrTask[]} steps @param {{ json: boolean }} options */
export const take = (steps, { json }) =>
  new Listr(steps, {
    // Signals are the caller's, who ends the servers first.
    registerSignalListeners: false,
    renderer: json ? "silent" : "default",
    rendererOptions: look,
    fallbackRendererOptions: look,
  }).run();
