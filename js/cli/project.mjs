export const builtSeed = (dir) => "todo";
