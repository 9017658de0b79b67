/** The outcome of a call: its value, or the name and message of its error. */
export function outcome(call, ...args) {
  try {
    return { value: call(...args) };
  } catch (error) {
    return { name: error.name, message: error.message };
  }
}
