// A value that tells when it changes.
export class Store<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(value: T): void {
    this.value = value;
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        reportError(error); // to the console: what else listens is told all the same
      }
    }
  }

  update(change: (value: T) => void): void {
    change(this.value);
    this.set(this.value);
  }

  /** Returns what ends it. */
  subscribe(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls `listener` now and on each change, for as long as `element` is in the page: whoever makes it puts it there at
   * once. */
  show(element: Element, listener: (value: T) => void): void {
    listener(this.value);
    this.follow(element, listener);
  }

  /** As show, but not now. */
  follow(element: Element, listener: (value: T) => void): void {
    let placed = false;
    window.setTimeout(() => { placed = true; });
    const end = this.subscribe((value) => {
      if (placed && !element.isConnected) end();
      else listener(value);
    });
  }
}

/** A value that the browser keeps. */
export class Kept<T> extends Store<T> {
  constructor(private readonly name: string, initial: T) {
    super(read(name, initial));
  }

  override set(value: T): void {
    localStorage.setItem("lectern." + this.name, typeof value === "string" ? value : JSON.stringify(value));
    super.set(value);
  }
}

function read<T>(name: string, initial: T): T {
  const text = localStorage.getItem("lectern." + name);
  if (text === null) return initial;
  if (typeof initial === "string") return text as unknown as T;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof initial !== "object" || initial === null) return typeof value === typeof initial ? (value as T) : initial;
    return { ...initial, ...(value as T) };
  } catch {
    return initial;
  }
}
