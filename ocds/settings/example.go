package settings

// Example is a settings file that turns on every indicator and says what else can be
// set, with the defaults where there are any.
const Example = `; Settings of ocds prepare and ocds indicators.

; Compare prices in this currency only; otherwise each currency by itself.
; currency = KZT

; Do not compare prices under these tender.procurementMethodDetails, separated by |,
; no_price_comparison_procurement_methods = Random Selection
; or compare them under these only.
; price_comparison_procurement_methods = Reverse Auction

; ocds prepare: what to write where nothing is,
[defaults]
; currency = KZT
; item_classification_scheme = UNSPSC
; bid_status = valid
; award_status = active
; party_roles = true

; placeholders to remove, separated by |,
[redactions]
; amount = 0|999999999
; organization_id = placeholder

; what to derive,
[corrections]
; award_status_by_contract_status = true

; what to move and to rewrite,
[modifications]
; move_auctions = true
; prefix_buyer_or_procuring_entity_id = KZ-BIN-
; prefix_tenderer_or_supplier_id = KZ-BIN-
; split_procurement_method_details = -

; and codes to replace.
[codelists.bid_status]
; qualified = valid

[codelists.award_status]
; Active = active

; ocds indicators: procedures to leave out, separated by |.
[exclusions]
; procurement_method_details = Random Selection

; An indicator is computed if its section is there.
[R003]
; days
; threshold = 15
; procurement_methods = open|selective

[R003.procurement_method_details]
; emergency = 10

[R018]
; procurement_methods = open|selective

; The thresholds of R024, R025, R038, R048 and R058 replace the fences that are
; computed from the data.
[R024]
; threshold = 0.05

[R025]
; percentile = 75
; threshold = 0.05

[R028]

[R030]

[R035]
; threshold = 1

[R036]

[R038]
; threshold = 0.5
; minimum_submitted_bids = 2
; minimum_contracting_processes = 2

[R048]
; digits = 2
; threshold = 10
; minimum_contracting_processes = 20

[R058]
; threshold = 0.5
`
