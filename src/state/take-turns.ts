/** Lets input and drawing have their turn in the middle of long work. */
export function takeTurns(): Promise<void> {
  // A message, not a timer: timers that follow each other wait four milliseconds each.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
