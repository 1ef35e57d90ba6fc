# Pictures and models, in one account without keys: every access is somebody's identity.

resource "azurerm_storage_account" "fleet" {
  name                            = "${var.name}${random_string.suffix.result}"
  location                        = azurerm_resource_group.fleet.location
  resource_group_name             = azurerm_resource_group.fleet.name
  account_tier                    = "Standard"
  account_replication_type        = "ZRS"
  min_tls_version                 = "TLS1_2"
  shared_access_key_enabled       = false
  allow_nested_items_to_be_public = false
  tags                            = local.tags

  blob_properties {
    delete_retention_policy {
      days = 14
    }
  }
}

# Account names are unique in all of Azure.
resource "random_string" "suffix" {
  length  = 6
  upper   = false
  special = false
}

resource "azurerm_storage_container" "images" {
  name               = "images"
  storage_account_id = azurerm_storage_account.fleet.id
}

resource "azurerm_storage_container" "models" {
  name               = "models"
  storage_account_id = azurerm_storage_account.fleet.id
}
