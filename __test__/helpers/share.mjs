// How much of the random cases and of the threads to run: TEST_SHARE=0.1 for a tenth, on an emulated processor.
export const share = (count) => Math.ceil(count * Number(process.env.TEST_SHARE ?? 1));
