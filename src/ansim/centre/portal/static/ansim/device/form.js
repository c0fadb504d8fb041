/**
 * The question "pictures or videos to look for", answered on this device: chosen files become
 * numbers, the numbers go into a hidden field of the form, and the files are let go of.
 *
 * Every word stands in the page (`<template data-say>`); nothing here makes one up. Without this
 * script, or in a browser that hides pictures from pages, the question works as it stands.
 */

import { isFaithful } from "./canvas.js";
import { Cancelled, engineAt } from "./engine.js";
import { kindOf } from "./header.js";
import { film } from "./video.js";
import { Problem } from "./work.js";

const MOST_FRAMES = 600;
/** Over all videos of one page: what is made has to travel in a form. */
const MOST_FRAMES_AT_ONCE = 1200;

/** One question on a page: `root` is its fieldset. */
class Question {
  #root;
  #input;
  #numbers;
  #upload;
  #status;
  #bar;
  #made = [];
  #failed = [];
  #engine = null;
  #busy = false;
  /** The button that was pressed while the device was still working. */
  #pressed = null;
  /** The person called it off, perhaps before the engine was there to be told. */
  #stopped = false;

  constructor(root) {
    this.#root = root;
    this.#input = this.#part("input");
    this.#numbers = this.#part("numbers");
    this.#upload = this.#part("upload");
    this.#status = this.#part("status");
    this.#bar = this.#part("bar");
  }

  /** Take over from the plain question. */
  begin() {
    // Without a name no browser sends what is chosen here.
    this.#input.removeAttribute("name");
    this.#numbers.value = "";
    this.#part("problems").value = "";
    for (const one of this.#root.querySelectorAll("[data-device-without]")) one.hidden = true;
    for (const one of this.#root.querySelectorAll("[data-device-with]")) one.hidden = false;
    this.#input.addEventListener("change", () => this.#take(Array.from(this.#input.files)));
    this.#part("cancel").addEventListener("click", () => {
      this.#pressed = null;
      this.#stopped = true;
      this.#engine?.close();
    });
    this.#part("hand").addEventListener("click", () => this.#hand());
    this.#input.form.addEventListener("submit", (event) => {
      if (!this.#busy) return;
      event.preventDefault();
      this.#pressed = event.submitter;
      this.#status.textContent = this.#say("wait");
    });
  }

  /** Say that this browser hides pictures from pages; the question stays as it was. */
  hides() {
    this.#part("hides").hidden = false;
  }

  #part(name) {
    return this.#root.querySelector(`[data-device-part="${name}"]`);
  }

  /** A sentence of the page, with its `{gaps}` filled. */
  #say(name, gaps = {}) {
    const words = this.#root.querySelector(`[data-say="${name}"]`).content.textContent;
    return words.replace(/\{(\w+)\}/g, (_, gap) => String(gaps[gap])).trim();
  }

  async #take(files) {
    if (files.length === 0 || this.#busy) return;
    this.#working(true);
    this.#failed = [];
    this.#stopped = false;
    this.#status.textContent = this.#say("working", { number: 1, total: files.length });
    this.#engine = await engineAt(this.#root.dataset.worker);
    let number = 0;
    try {
      for (const file of files) {
        if (this.#stopped) throw new Cancelled();
        number += 1;
        this.#status.textContent = this.#say("working", { number, total: files.length });
        await this.#one(file, number);
      }
      this.#tellTheEnd();
    } catch (error) {
      if (error.name !== "Cancelled") throw error;
      this.#status.textContent = this.#say("cancelled");
    } finally {
      this.#engine.close();
      this.#engine = null;
      // A file is chosen, read and let go of.
      this.#input.value = "";
      this.#working(false);
      this.#show();
    }
    this.#goOn();
  }

  /** What was pressed meanwhile happens now, unless the person has something to decide here. */
  #goOn() {
    const pressed = this.#pressed;
    this.#pressed = null;
    if (pressed === null || this.#forTheCentre().length > 0) return;
    this.#input.form.requestSubmit(pressed);
  }

  #working(busy) {
    const cancel = this.#part("cancel");
    const atHand = [this.#input, this.#status, cancel].includes(document.activeElement);
    this.#busy = busy;
    this.#input.disabled = busy;
    this.#part("progress").hidden = !busy;
    this.#bar.value = 0;
    // Who works by keyboard stays in this place when a part of it goes.
    if (atHand) (busy ? this.#status : this.#input).focus();
  }

  async #one(file, number) {
    try {
      const made = await this.#numbersOf(file);
      if (this.#made.every((one) => one.sha256 !== made.sha256)) this.#made.push(made);
    } catch (error) {
      if (error.name === "Cancelled") throw error;
      const reason = error instanceof Problem ? error.reason : "unreadable";
      this.#failed.push({ file, number, reason });
    }
  }

  async #numbersOf(file) {
    if (file.size === 0) throw new Problem("empty");
    if (this.#made.length >= Number(this.#root.dataset.room)) throw new Problem("many");
    const kind = await kindOf(file);
    if (kind === null) throw new Problem("other");
    const half = (start) => (fraction) => {
      this.#bar.value = (start + fraction) / 2;
    };
    const sha256 = await this.#engine.run("digest", [file], half(0));
    const format = kind.name;
    if (!kind.moves) {
      const numbers = await this.#engine.run("picture", [file, kind], half(1));
      return { kind: "picture", format, sha256, frames: [], truncated: false, ...numbers };
    }
    return { kind: "video", format, sha256, ...(await this.#movingOf(file, kind, half(1))) };
  }

  async #movingOf(file, kind, told) {
    const kept = this.#made.reduce((total, one) => total + one.frames.length, 0);
    const most = Math.min(MOST_FRAMES, MOST_FRAMES_AT_ONCE - kept);
    if (most <= 0) throw new Problem("many");
    const engine = this.#engine;
    const seen =
      kind.family === "video"
        ? await film(file, most, (bitmap) => engine.run("frame", [bitmap], () => {}), told)
        : await engine.run("animation", [file, kind, most], told);
    const best = seen.frames.reduce((one, other) => (other.quality > one.quality ? other : one));
    return { pdq: best.pdq, quality: best.quality, dihedral: [], alternates: [], ...seen };
  }

  #tellTheEnd() {
    const words = this.#made.length > 0 ? "ready" : "none";
    this.#status.textContent = this.#say(words);
  }

  /** What is made so far, what could not be read, and the numbers for the form. */
  #show() {
    this.#numbers.value = this.#made.length > 0 ? JSON.stringify(this.#made) : "";
    // What cannot be mended here is said once more by the next page, as it is without scripts: it
    // may have gone unread. What the person was asked about, and passed over, is not.
    const offered = this.#forTheCentre();
    this.#part("problems").value = this.#failed
      .filter((one) => !offered.includes(one))
      .map(({ number, reason }) => `${number}:${reason}`)
      .join(" ");
    const list = this.#part("list");
    list.replaceChildren(...this.#made.map((one, at) => this.#line(one, at)));
    list.hidden = this.#made.length === 0;
    const failed = this.#part("failed");
    failed.replaceChildren(...this.#failed.map((one) => this.#failure(one)));
    this.#part("left").hidden = this.#failed.length === 0;
    this.#part("send").hidden = offered.length === 0;
  }

  #line(made, at) {
    const line = this.#root.querySelector("[data-line]").content.firstElementChild.cloneNode(true);
    const words = this.#say(made.kind, { number: at + 1 });
    line.querySelector("[data-words]").textContent = words;
    line.querySelector("[data-which]").textContent = words;
    line.querySelector("button").addEventListener("click", () => {
      this.#made.splice(at, 1);
      this.#show();
      this.#status.textContent = this.#say("removed");
      this.#input.focus();
    });
    return line;
  }

  #failure({ number, reason }) {
    const line = document.createElement("li");
    line.textContent = this.#say("failure", { number, why: this.#say(`problem-${reason}`) });
    return line;
  }

  /** What the centre's machine may be able to read where this browser is not. */
  #forTheCentre() {
    return this.#failed.filter(({ reason }) => ["unsupported", "moving"].includes(reason));
  }

  /** At the person's wish: these files go along with the form, without their names. */
  #hand() {
    const bag = new DataTransfer();
    for (const file of this.#upload.files) bag.items.add(file);
    for (const { file } of this.#forTheCentre()) bag.items.add(new File([file], "file"));
    this.#upload.files = bag.files;
    this.#failed = this.#failed.filter(({ reason }) => !["unsupported", "moving"].includes(reason));
    this.#show();
    this.#status.textContent = this.#say("sent-along");
    this.#input.focus();
  }
}

for (const root of document.querySelectorAll("[data-device]")) {
  const question = new Question(root);
  if (isFaithful()) question.begin();
  else question.hides();
}
