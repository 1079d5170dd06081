"""Training of the networks that Innerview ships: data packs in, weights and a model card out."""
