//! Types generated from the contract. They stop at this module's door: see `convert`.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    additional_derives: [PartialEq],
    exports: { default: async },
    // A document's text is lent to the guest, not copied for it first.
    ownership: Borrowing { duplicate_if_necessary: true },
});
