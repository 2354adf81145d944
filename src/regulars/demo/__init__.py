"""The demo shop: made-up customers and orders whose truth is known, so that quality can be measured."""
