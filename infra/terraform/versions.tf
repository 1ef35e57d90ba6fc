terraform {
  required_version = ">= 1.9"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.40"
    }
    cloudamqp = {
      source  = "cloudamqp/cloudamqp"
      version = "~> 1.35"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

provider "azurerm" {
  subscription_id = var.subscription_id
  # The storage account has no keys that could leak; Terraform signs in like everybody else.
  storage_use_azuread = true

  features {}
}

# Reads CLOUDAMQP_APIKEY.
provider "cloudamqp" {}
