/** What a call comes to: its value, or its error's name and message. */
export function outcome(call, ...args) {
  try {
    return { value: call(...args) };
  } catch (error) {
    return { name: error.name, message: error.message };
  }
}
