// Whether the server answers. When it does not, it is asked again and again, ever less often, until it does.
import { Store } from "../store";

const WAITS_S = [1, 2, 4, 8, 15];

class Connection {
  /** null: it answers. Else the seconds until it is asked again. */
  readonly waiting = new Store<number | null>(null);
  private tries = 0;
  private timer = 0;
  private asking: Promise<void> | null = null;
  private returned: (() => void)[] = [];

  lost(): void {
    if (this.waiting.get() === null) this.wait();
  }

  found(): void {
    if (this.waiting.get() === null) return;
    window.clearTimeout(this.timer);
    this.tries = 0;
    this.waiting.set(null);
    const returned = this.returned;
    this.returned = [];
    for (const f of returned) f();
  }

  /** Calls `f` once, when the server answers again. */
  onceBack(f: () => void): void {
    this.returned.push(f);
  }

  /** Asks once, however often it is called meanwhile. */
  tryNow(): Promise<void> {
    window.clearTimeout(this.timer);
    this.asking ??= this.askServer().finally(() => { this.asking = null; });
    return this.asking;
  }

  private async askServer(): Promise<void> {
    try {
      await fetch("/health");
      this.found();
    } catch {
      this.wait();
    }
  }

  private wait(): void {
    const seconds = WAITS_S[Math.min(this.tries, WAITS_S.length - 1)] ?? 15;
    this.tries += 1;
    this.count(seconds);
  }

  private count(seconds: number): void {
    window.clearTimeout(this.timer); // there is one count at a time
    this.waiting.set(seconds);
    this.timer = window.setTimeout(() => seconds > 1 ? this.count(seconds - 1) : void this.tryNow(), 1000);
  }
}

export const connection = new Connection();
